"""When a lane is looked at next."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from extensions.core.lanes import pace
from extensions.core.lanes.messages import wake
from extensions.core.lanes.work import WorkSource, limited_sources, people_wait, sources
from extensions.core.models import Lane

# When a doubtful lane that was refused a thread asks for one again.
ASK_AGAIN = timedelta(seconds=2)


def plan_next(lane_id: int, *, refused: bool = False) -> None:
    """Sends the message for the lane's next due work, for when the account takes a call again."""
    lane, now = Lane.objects.filter(pk=lane_id).first(), timezone.now()
    due = lane and _first_due(lane, now)
    if not due:
        return
    slot_at = now + timedelta(seconds=pace.wait(lane.recent_calls, lane.per_second, now.timestamp()))
    at = max(due, slot_at, lane.blocked_until or now, now + ASK_AGAIN if refused else now)
    wake(lane_id, at, people=people_wait(lane_id, now))


def budget_back_at(lane: Lane, now: datetime) -> datetime | None:
    """When limited purposes may call again; None if that is now."""
    at = pace.limited_free_at(lane.limited_calls, lane.limited_per_minute, now.timestamp())
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _first_due(lane: Lane, now: datetime) -> datetime | None:
    due, limited = _due_at(lane, sources(limited=False)), _due_at(lane, limited_sources())
    if limited:
        limited = max(limited, budget_back_at(lane, now) or limited)
    return min(filter(None, (due, limited)), default=None)


def _due_at(lane: Lane, asked: Iterable[WorkSource]) -> datetime | None:
    return min(filter(None, (source.next_due_at(lane.pk) for source in asked)), default=None)
