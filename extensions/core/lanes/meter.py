"""The call meter: what an account was asked lately, for what, and when it can be asked next. Reads only."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils import timezone

from extensions.core.lanes import pace
from extensions.core.models import CallCount, Lane, Purpose

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Meter:
    """Calls of the last full minute and of the last hour (to the minute) by purpose; purposes without calls are absent.

    `others` are the calls of the last hour that organizations made with whom the account is shared; the other figures
    are without them. `failed` put the account in doubt, among them `throttled`, which the provider refused for their
    pace. `free_at` is the moment from which the account takes another call.
    """

    minute: Mapping[Purpose, int]
    hour: Mapping[Purpose, int]
    failed: int
    throttled: int
    others: int
    free_at: datetime

    @property
    def calls(self) -> int:
        """In the last hour."""
        return sum(self.hour.values())

    @property
    def for_people(self) -> int:
        """Of those, what people asked for and its confirmation."""
        return sum(calls for purpose, calls in self.hour.items() if purpose.for_people)


def read(lane: Lane, config_ids: Collection[int]) -> Meter:
    """`config_ids` are the asking organization's own configurations of the account."""
    now = timezone.now()
    begins = now.replace(second=0, microsecond=0) - timedelta(minutes=1)
    hour, minute, totals = Counter(), Counter(), Counter()
    for count in CallCount.objects.filter(lane=lane, seconds=60, begins__gt=now - HOUR):
        if count.config_id and count.config_id not in config_ids:
            totals["others"] += count.calls
            continue
        hour[Purpose(count.purpose)] += count.calls
        minute[Purpose(count.purpose)] += count.calls * (count.begins == begins)
        totals.update(failed=count.failed, throttled=count.throttled)
    return Meter(+minute, +hour, totals["failed"], totals["throttled"], totals["others"], free_at(lane, now))


def calls_since(lane: Lane, moment: datetime) -> int:
    """All calls of the account since then, whoever on this server made them; to the hour where it is long ago."""
    counts = CallCount.objects.filter(lane=lane, begins__gte=moment)
    return counts.aggregate(calls=Sum("calls"))["calls"] or 0


def free_at(lane: Lane, now: datetime) -> datetime:
    slot_at = now + timedelta(seconds=pace.wait(lane.recent_calls, lane.per_second, now.timestamp()))
    return max(slot_at, lane.blocked_until) if lane.shut else slot_at
