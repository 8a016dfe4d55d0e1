"""Usage of a SIM as the panel shows it: the cycle by day, its pace, and what allows to compare them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from extensions.sims import billing, pace
from extensions.sims.billing import Cycle
from extensions.sims.models import PlanAllowance, Sim, UsageCycle, UsageDay
from extensions.sims.pace import Pace

# The cycle that runs, and the one before while it is not sure which one runs.
LOOKED_BACK = timedelta(days=64)
# Past cycles of which bars say something.
ENOUGH_CYCLES = 2

ALLOWANCE = Subquery(
    PlanAllowance.objects.filter(config=OuterRef("config"), rate_plan=OuterRef("rate_plan")).values("data_bytes")[:1]
)


@dataclass(frozen=True)
class DayShown:
    """One day of the cycle. `more` is what came to the day before's data, None if that is not known.

    `even` is what an even use of the allowance would have come to at the end of the day.
    """

    sample: UsageDay
    more: int | None
    even: int | None


@dataclass(frozen=True)
class UsageShown:
    """`cycle` is None while no start of a cycle is known; `pace` is None where no figure of it is."""

    cycle: Cycle | None
    pace: Pace | None
    days: Sequence[DayShown]
    allowance: int | None
    past: Sequence[UsageCycle]

    @property
    def drawn(self) -> bool:
        return self.pace is not None and self.pace.seen >= pace.ENOUGH_DAYS

    @property
    def past_drawn(self) -> bool:
        return len(self.past) >= ENOUGH_CYCLES

    @property
    def first_day(self) -> date:
        return self.cycle.start if self.cycle else self.days[0].sample.day

    @property
    def last_day(self) -> date:
        return self.cycle.last_day if self.cycle else self.days[-1].sample.day

    @property
    def seen(self) -> tuple:
        """Another when it would look different for another reason than figures of the SIM."""
        return self.cycle, self.allowance


def with_allowance(sims: QuerySet[Sim]) -> QuerySet[Sim]:
    """Adds `allowance`, and when the account's cycles begin."""
    return sims.select_related("config__billing_cycle").annotate(allowance=ALLOWANCE)


def of(sim: Sim, known: Sequence[UsageCycle]) -> UsageShown:
    """`sim` is one of `with_allowance`; `known` are its cycles, the newest first."""
    now = timezone.now()
    samples = list(sim.usage_days.filter(day__gte=(now - LOOKED_BACK).date()).order_by("day")) if sim.usage_at else []
    told = getattr(sim.config, "billing_cycle", None)
    start = billing.anchor([*(cycle.cycle_start for cycle in known), *([told.cycle_start] if told else [])])
    cycle, found = billing.running(start, samples, now) if start else (None, billing.since_anew(samples))
    return UsageShown(
        cycle=cycle,
        pace=pace.of(cycle, found, sim.allowance),
        days=_days(cycle, found, sim.allowance),
        allowance=sim.allowance,
        past=[each for each in known if each.closed is not False and (cycle is None or each.cycle_start < cycle.start)],
    )


def _days(cycle: Cycle | None, samples: Sequence[UsageDay], allowance: int | None) -> list[DayShown]:
    before = {sample.day + timedelta(days=1): sample for sample in samples}
    return [
        DayShown(sample, _more(before.get(sample.day), sample), _even(cycle, sample.day, allowance))
        for sample in samples
    ]


def _more(before: UsageDay | None, sample: UsageDay) -> int | None:
    if before is None or before.data_bytes is None or sample.data_bytes is None:
        return None
    return sample.data_bytes - before.data_bytes


def _even(cycle: Cycle | None, day: date, allowance: int | None) -> int | None:
    return allowance * cycle.number_of(day) // cycle.days if cycle and allowance else None
