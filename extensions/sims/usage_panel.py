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

    `even` is what an even use of the allowance would have come to at the end of the day, None before it began.
    """

    sample: UsageDay
    more: int | None
    even: int | None


@dataclass(frozen=True)
class UsageShown:
    """`cycle` is None while no start of a cycle is known; `pace` is None where no figure of it is.

    `other_plans` are those that the SIM was on in this cycle, as far as the carrier told, beside the one it is on now.
    `active` is the part of the cycle over which an even use goes. The figures of days are by UTC, so that there may be
    one beside the cycle.
    """

    cycle: Cycle | None
    active: Cycle | None
    pace: Pace | None
    days: Sequence[DayShown]
    allowance: int | None
    other_plans: Sequence[str]
    past: Sequence[UsageCycle]

    @property
    def drawn(self) -> bool:
        return self.pace is not None and self.pace.seen >= pace.ENOUGH_DAYS

    @property
    def past_drawn(self) -> bool:
        return len(self.past) >= ENOUGH_CYCLES

    @property
    def first_day(self) -> date:
        first = self.days[0].sample.day
        return min(self.cycle.start, first) if self.cycle else first

    @property
    def last_day(self) -> date:
        last = self.days[-1].sample.day
        return max(self.cycle.last_day, last) if self.cycle else last

    @property
    def seen(self) -> tuple:
        """Another when it would look different for another reason than figures of the SIM."""
        return self.active, self.allowance


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
    active = billing.active_part(cycle, sim.activated_at) if cycle else None
    return UsageShown(
        cycle=cycle,
        active=active,
        pace=pace.of(cycle, found, sim.allowance, active),
        days=_days(active, found, sim.allowance),
        allowance=sim.allowance,
        other_plans=_other_plans(sim, cycle, known),
        past=[each for each in known if each.closed is not False and (cycle is None or each.cycle_start < cycle.start)],
    )


def _other_plans(sim: Sim, cycle: Cycle | None, known: Sequence[UsageCycle]) -> list[str]:
    told = next((each.rate_plans for each in known if cycle and each.cycle_start == cycle.start), [])
    return [name for name in told if name != sim.rate_plan]


def _days(active: Cycle | None, samples: Sequence[UsageDay], allowance: int | None) -> list[DayShown]:
    before = {sample.day + timedelta(days=1): sample for sample in samples}
    return [
        DayShown(sample, _more(before.get(sample.day), sample), _even(active, sample.day, allowance))
        for sample in samples
    ]


def _more(before: UsageDay | None, sample: UsageDay) -> int | None:
    if before is None or before.data_bytes is None or sample.data_bytes is None:
        return None
    return sample.data_bytes - before.data_bytes


def _even(active: Cycle | None, day: date, allowance: int | None) -> int | None:
    if not active or not allowance or day < active.start:
        return None
    return allowance * active.number_of(day) // active.days
