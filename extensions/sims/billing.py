"""Billing cycles of a month, named by the day on which they begin at the carrier. Nothing here reads rows.

A cycle begins at midnight in a zone that carriers do not tell, so within half a day before that day and half a day
into it (in UTC) a figure may belong to either cycle; what it does then, compared with the one before, says which.
"""

from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from extensions.sims.models import UsageDay
from extensions.sims.usage_days import began_anew

# The first and the last places on earth where a day begins.
FURTHEST_EAST, FURTHEST_WEST = timedelta(hours=14), timedelta(hours=12)
# Figures lag behind the network by hours: those of the old cycle may still come on the second day of the new one.
LAGGING = timedelta(days=1)


@dataclass(frozen=True)
class Cycle:
    """Begins on `start` and ends before `end`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    def number_of(self, day: date) -> int:
        """1 for the first day; a day that is beside the cycle only by its time zone counts as the nearest in it."""
        return min(max((day - self.start).days + 1, 1), self.days)


def active_part(cycle: Cycle, activated_at: datetime | None) -> Cycle:
    """From when a SIM could be used in a cycle: from its start, unless it was activated later."""
    day = activated_at.astimezone(UTC).date() if activated_at else cycle.start
    return Cycle(day, cycle.end) if cycle.start < day < cycle.end else cycle


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day if it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def anchor(starts: Collection[date]) -> date | None:
    """The known start from which others are counted: the newest, or one that a shorter month cut down to it.

    Cycles that begin on the 31st begin on 28 February too, and that start alone would make them begin on the 28th.
    """
    if not starts:
        return None
    newest = max(starts)
    same = [each for each in starts if months_after(each, _months_between(each, newest)) == newest]
    return max(same, key=lambda each: (each.day, each))


def cycle_on(known: date, day: date) -> Cycle:
    """The cycle that this day is in, counted from the known start of another."""
    months = _months_between(known, day)
    months -= months_after(known, months) > day
    return Cycle(months_after(known, months), months_after(known, months + 1))


def running(known: date, samples: Sequence[UsageDay], now: datetime) -> tuple[Cycle, list[UsageDay]]:
    """The cycle that runs now and those of the samples, oldest first, that are of it. A known cycle has begun."""
    newest = cycle_on(known, (now + FURTHEST_EAST).astimezone(UTC).date())
    found = of_cycle(newest, samples)
    if found or newest.start <= known or now >= _midnight(newest.start) + FURTHEST_WEST:
        return newest, found
    before = cycle_on(known, newest.start - timedelta(days=1))
    return before, of_cycle(before, samples)


def of_cycle(cycle: Cycle, samples: Sequence[UsageDay]) -> list[UsageDay]:
    """Samples of a cycle after which there are no others: from where the figures began anew, if that was seen.

    If not, the time tells, and as long as figures lag it tells nothing: they may still be those of the cycle before.
    """
    begins = [
        index
        for index, sample in enumerate(samples)
        if sample.seen_at >= _midnight(cycle.start) - FURTHEST_EAST and _began(cycle, samples, index)
    ]
    if begins:
        return list(samples[begins[-1] :])
    begun = _midnight(cycle.start) + FURTHEST_WEST
    before = [sample for sample in samples if sample.seen_at < begun]
    sure = begun + LAGGING if before and any(before[-1].figures.values()) else begun
    return [sample for sample in samples if sample.seen_at >= sure]


def since_anew(samples: Sequence[UsageDay]) -> list[UsageDay]:
    """Where no cycle is known: from where the figures last began anew."""
    begins = [index for index in range(len(samples)) if _anew(samples, index)]
    return list(samples[begins[-1] if begins else 0 :])


def _began(cycle: Cycle, samples: Sequence[UsageDay], index: int) -> bool:
    """Whether this sample is the first of the cycle. Figures that fall later than at its start were corrected."""
    within_a_day = samples[index].ended
    before = samples[index] if within_a_day or not index else samples[index - 1]
    return before.day <= cycle.start + LAGGING and _anew(samples, index)


def _anew(samples: Sequence[UsageDay], index: int) -> bool:
    if samples[index].ended:
        return True
    return index > 0 and began_anew(samples[index - 1].figures, samples[index].figures)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
