"""The call meter: what an account was asked lately, for what, and when it can be asked next. Reads only.

Only calls of this installation are counted. One's own are told by purpose; those of other organizations with whom the
account is shared are one number: never who, nor for what.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, Sum
from django.utils import timezone

from extensions.core.contract import Quota
from extensions.core.lanes import call_history, pace
from extensions.core.lanes.planning import budget_back_at
from extensions.core.models import CallCount, Lane, Purpose

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Percent of a quota from which people are warned.
NEARLY_SPENT = 80
NUMBERS = ("calls", "failed", "throttled")
Counts = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Span:
    """Calls since a moment; the minute is over after one. `own` is by purpose; purposes without calls are absent.

    `failed` are own calls that put the account in doubt. `throttled` are everybody's that the provider refused for
    their pace: they hold up everybody. `most` is what the pace or the quota allows in the span; None if neither tells.
    `quota_left` is what the month still has, None without a quota: no span has more left than that.
    """

    begins: datetime
    own: Mapping[Purpose, int]
    others: int
    failed: int
    throttled: int
    most: int | None
    quota_left: int | None = None

    @property
    def mine(self) -> int:
        return sum(self.own.values())

    @property
    def for_people(self) -> int:
        """Own calls that people asked for, also by jobs, and the confirmation of what they asked for."""
        return sum(calls for purpose, calls in self.own.items() if purpose.asked_for)

    @property
    def used(self) -> int:
        return self.mine + self.others

    @property
    def left(self) -> int | None:
        if self.most is None:
            return None
        left = max(self.most - self.used, 0)
        return left if self.quota_left is None else min(left, self.quota_left)


@dataclass(frozen=True)
class Meter:
    """The last full minute, the last hour (to the minute), and the month: that of the quota so far, where the service
    counts calls; else the last days as `call_history` has them.

    `throttled_at` is about when a call was last refused for its pace. `free_at` is the moment from which the account
    takes another call, `budget_back_at` that from which it takes one for a limited purpose (None: so is now).
    """

    minute: Span
    hour: Span
    month: Span
    throttled_at: datetime | None
    free_at: datetime
    budget_back_at: datetime | None
    as_of: datetime
    quota: Quota | None

    @property
    def spans(self) -> tuple[Span, Span, Span]:
        return self.minute, self.hour, self.month

    @property
    def nearly_spent(self) -> bool:
        return self.quota is not None and 100 * self.month.used >= NEARLY_SPENT * self.quota.allowed

    @property
    def waits(self) -> float:
        """Seconds until the account takes another call."""
        return (self.free_at - self.as_of).total_seconds()


def read(lane: Lane, config_ids: Collection[int], quota: Quota | None = None) -> Meter:
    """`config_ids` are the asking organization's own configurations of the account. One query."""
    reading = _Reading(lane, quota)
    return reading.meter(reading.counts(), own_ids(lane, config_ids))


def read_all(lane: Lane, quota: Quota | None = None) -> tuple[Meter, Mapping[int, Meter]]:
    """For support staff: the account's, and of each configuration alone by primary key (0: not saved yet)."""
    reading = _Reading(lane, quota)
    counts = reading.counts()
    callers = sorted({count["config_id"] for count in counts})
    of_each = {caller: [count for count in counts if count["config_id"] == caller] for caller in callers}
    alone = {caller: reading.meter(its, {caller}) for caller, its in of_each.items()}
    return reading.meter(counts, set(callers)), alone


def own_ids(lane: Lane, config_ids: Collection[int]) -> set[int]:
    """What one's own calls are counted for: settings that are not saved yet have a lane to themselves."""
    return {*config_ids, 0} if lane.key.startswith(Lane.UNPROVED) else set(config_ids)


def free_at(lane: Lane, now: datetime) -> datetime:
    slot_at = now + timedelta(seconds=pace.wait(lane.recent_calls, lane.per_second, now.timestamp()))
    return max(slot_at, lane.blocked_until) if lane.shut else slot_at


class _Reading:
    """One look at the counts of a lane."""

    def __init__(self, lane: Lane, quota: Quota | None) -> None:
        self._lane, self._quota, self._now = lane, quota, timezone.now()
        minute = self._now.replace(second=0, microsecond=0)
        month = quota.begins if quota else call_history.DAYS.edges(self._now)[0]
        self._begins = {"minute": minute - MINUTE, "hour": minute - HOUR + MINUTE, "month": month}
        self._most = {
            "minute": int(60 * lane.per_second) or 1,
            "hour": int(3600 * lane.per_second) or 1,
            "month": quota and quota.allowed,
        }

    def counts(self) -> Counts:
        """By purpose and configuration: numbers of each span, such as `calls_hour`, and `throttled_at`."""
        spans = {name: Q(begins__gte=moment) for name, moment in self._begins.items()}
        spans["minute"] = Q(begins=self._begins["minute"], seconds=MINUTE.total_seconds())
        spans["hour"] &= call_history.made_by(self._now)
        sums = {
            f"{number}_{span}": Sum(number, filter=inside, default=0)
            for number in NUMBERS
            for span, inside in spans.items()
        }
        found = CallCount.objects.filter(lane=self._lane, begins__gte=min(self._begins.values())).order_by()
        last = Max("begins", filter=call_history.made_by(self._now) & Q(throttled__gt=0))
        return list(found.values("purpose", "config_id").annotate(throttled_at=last, **sums))

    def meter(self, counts: Counts, own: set[int]) -> Meter:
        spans = {
            name: _span(name, counts, own, begins=moment, most=self._most[name])
            for name, moment in self._begins.items()
        }
        quota_left = spans["month"].left if self._quota else None
        return Meter(
            **{name: replace(span, quota_left=quota_left) for name, span in spans.items()},
            throttled_at=max(filter(None, (count["throttled_at"] for count in counts)), default=None),
            free_at=free_at(self._lane, self._now),
            budget_back_at=budget_back_at(self._lane, self._now),
            as_of=self._now,
            quota=self._quota,
        )


def _span(name: str, counts: Counts, own: set[int], **known: Any) -> Span:
    by_purpose, totals = Counter(), Counter()
    for count in counts:
        totals["throttled"] += count[f"throttled_{name}"]
        if count["config_id"] not in own:
            totals["others"] += count[f"calls_{name}"]
            continue
        by_purpose[Purpose(count["purpose"])] += count[f"calls_{name}"]
        totals["failed"] += count[f"failed_{name}"]
    return Span(
        own=+by_purpose, others=totals["others"], failed=totals["failed"], throttled=totals["throttled"], **known
    )
