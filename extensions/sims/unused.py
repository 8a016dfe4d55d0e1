"""For how long a SIM was seen to use nothing. What was not looked at is not known, and never taken for nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from extensions.sims import billing
from extensions.sims.models import Sim, UsageDay
from extensions.sims.usage_days import began_anew

Figures = Mapping[str, int | None]
# Looks that are no further apart see nearly all that was used, also where a billing cycle began between them.
DAILY = timedelta(days=2)
_AT_ONCE = 500


@dataclass(frozen=True)
class Look:
    """Cycle-to-date figures as they were told on a day. `since` then, every look found nothing more used."""

    day: date
    figures: Figures
    since: date

    @property
    def unused_days(self) -> int:
        return (self.day - self.since).days


def next_look(before: Look | None, figures: Figures, day: date, cycle_known: date | None) -> Look | None:
    """`cycle_known` is the start of any of the account's cycles. None while no figure was ever told."""
    if set(figures.values()) <= {None}:
        return before
    if before is None:
        return Look(day, figures, day)
    quiet = not _used(before.figures, figures) and _nothing_missed(before, figures, day, cycle_known)
    return Look(day, figures, before.since if quiet else day)


def over(samples: Iterable[UsageDay], cycle_known: date | None) -> Look | None:
    """After these samples of one SIM, oldest first."""
    look = None
    for sample in samples:
        if sample.ended:
            ended = {name: getattr(sample, f"ended_{name}") for name in UsageDay.FIGURES}
            look = next_look(look, ended, sample.day, cycle_known)
        look = next_look(look, sample.figures, sample.day, cycle_known)
    return look


def note(sims: QuerySet[Sim], cycle_known: date | None) -> None:
    """Works it out anew from the samples that are kept. For SIMs of one configuration."""
    keys = list(sims.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _AT_ONCE):
        looks = from_samples(keys[start : start + _AT_ONCE], cycle_known)
        rows = [Sim(pk=pk, unused_days=look.unused_days) for pk, look in looks.items()]
        Sim.objects.bulk_update(rows, ["unused_days"])


def from_samples(keys: Sequence[int], cycle_known: date | None) -> dict[int, Look]:
    """By the primary keys of SIMs; those that have no samples are left out."""
    samples: dict[int, list[UsageDay]] = {}
    for sample in UsageDay.objects.filter(sim__in=keys).order_by("sim", "day"):
        samples.setdefault(sample.sim_id, []).append(sample)
    looks = ((pk, over(found, cycle_known)) for pk, found in samples.items())
    return {pk: look for pk, look in looks if look}


def _used(last: Figures, now: Figures) -> bool:
    """Whether anything more is told. Figures that are lower count from nothing, as those that were not told before."""
    anew = began_anew(last, now)
    return any(after is not None and after > (0 if anew else last.get(name) or 0) for name, after in now.items())


def _nothing_missed(before: Look, now: Figures, day: date, cycle_known: date | None) -> bool:
    """Whether figures that are no higher mean that nothing was used: not where a cycle may have begun unseen."""
    if day - before.day <= DAILY:
        return True
    if any(before.figures.values()):
        return not began_anew(before.figures, now)
    return bool(cycle_known) and billing.cycle_on(cycle_known, day).start <= before.day
