"""How many calls an account got over time: by minute, by hour, or by day in the person's zone. Reads only."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db.models import Q, Sum
from django.utils import timezone

from extensions.core.models import CallCount, Lane, Purpose

DAYS_TOLD = 30
_FOR_PEOPLE = [purpose.value for purpose in Purpose if purpose.asked_for]


@dataclass(frozen=True)
class Scale:
    """One way to look back. `edges(now)` are where its bars begin, the oldest first; the newest is not over."""

    each: str
    edges: Callable[[datetime], list[datetime]]


@dataclass(frozen=True)
class Bar:
    """Calls that began from here to the next bar: asked for by one's own people, other own ones, of others."""

    begins: datetime
    people: int = 0
    automatic: int = 0
    others: int = 0

    @property
    def calls(self) -> int:
        return self.people + self.automatic + self.others


def _minutes(now: datetime) -> list[datetime]:
    minute = now.replace(second=0, microsecond=0)
    return [minute - timedelta(minutes=back) for back in range(59, -1, -1)]


def _hours(now: datetime) -> list[datetime]:
    # In UTC before counting back: a local clock repeats an hour, or leaves one out.
    hour = timezone.localtime(now).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    return [hour - timedelta(hours=back) for back in range(23, -1, -1)]


def _days(now: datetime) -> list[datetime]:
    here = timezone.localtime(now)
    dates = [here.date() - timedelta(days=back) for back in range(DAYS_TOLD - 1, -1, -1)]
    return [datetime.combine(date, time.min, here.tzinfo).astimezone(UTC) for date in dates]


MINUTES, HOURS, DAYS = Scale("minute", _minutes), Scale("hour", _hours), Scale("day", _days)
SCALES = (MINUTES, HOURS, DAYS)


def read(lane: Lane, own: Collection[int], scale: Scale) -> Sequence[Bar]:
    """Every bar, also those without calls. `own` as `meter.own_ids` gives them. One query."""
    now = timezone.now()
    edges = scale.edges(now)
    numbers = [[0, 0, 0] for _ in edges]
    for begins, *counted in _counts(lane, own, edges[0], now):
        bar = numbers[bisect_right(edges, begins) - 1]
        bar[:] = [before + more for before, more in zip(bar, counted, strict=True)]
    return [
        Bar(begins, people, mine - people, calls - mine)
        for begins, (people, mine, calls) in zip(edges, numbers, strict=True)
    ]


def made_by(now: datetime) -> Q:
    """Counts that are not of a time to come: of before the clock was set back, that is, which nobody made lately.

    Clocks of several machines differ a little.
    """
    return Q(begins__lte=now + timedelta(minutes=1))


def _counts(
    lane: Lane, own: Collection[int], since: datetime, now: datetime
) -> Collection[tuple[datetime, int, int, int]]:
    """(begins, own for people, own, all) of each minute or hour that is counted."""
    mine = Q(config_id__in=own)
    sums = {
        "people": Sum("calls", filter=mine & Q(purpose__in=_FOR_PEOPLE), default=0),
        "mine": Sum("calls", filter=mine, default=0),
        "all_calls": Sum("calls"),
    }
    found = CallCount.objects.filter(made_by(now), lane=lane, begins__gte=since).order_by()
    return found.values("begins").annotate(**sums).values_list("begins", *sums)
