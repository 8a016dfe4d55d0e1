"""A runner's turn at a lane: its due work, the most urgent first, for a slice of time."""

from collections.abc import Iterable
from datetime import UTC, datetime
from time import monotonic

from django.utils import timezone

from extensions.core.lanes import pace
from extensions.core.lanes.messages import wake
from extensions.core.lanes.turn import Turn
from extensions.core.lanes.work import Work, WorkSource, limited_sources, sources
from extensions.core.models import Lane

# After this the runner gives its thread to another lane and queues itself again: fair with many accounts.
SLICE_SECONDS = 5


def run(lane_id: int) -> None:
    """Does the lane's due work for a slice of time. A second runner of the same lane leaves at once."""
    Lane.objects.filter(pk=lane_id).update(message_due_at=None)
    turn = Turn(lane_id)
    if not turn.hold():
        return
    try:
        for source in sources():
            source.recover(lane_id)
        _work_through(turn)
    finally:
        turn.release()
    _plan_next(lane_id)


def _work_through(turn: Turn) -> None:
    until = monotonic() + SLICE_SECONDS
    while monotonic() < until and turn.hold():
        work = _next_work(turn)
        if work is None:
            return
        turn.do(work)


def _next_work(turn: Turn) -> Work | None:
    now, lane = timezone.now(), turn.look()
    if lane is None or (lane.blocked_until and lane.blocked_until > now):
        return None
    asked = sources(limited=_budget_back_at(lane, now) is None)
    return next(filter(None, (source.next(lane.pk, now) for source in asked)), None)


def _plan_next(lane_id: int) -> None:
    lane = Lane.objects.filter(pk=lane_id).first()
    if lane is None:
        return
    due = _due_at(lane_id, sources(limited=False))
    limited = _due_at(lane_id, limited_sources())
    if limited:
        limited = max(limited, _budget_back_at(lane, timezone.now()) or limited)
    first = min(filter(None, (due, limited)), default=None)
    if first:
        wake(lane_id, max(first, lane.blocked_until or first))


def _due_at(lane_id: int, asked: Iterable[WorkSource]) -> datetime | None:
    return min(filter(None, (source.next_due_at(lane_id) for source in asked)), default=None)


def _budget_back_at(lane: Lane, now: datetime) -> datetime | None:
    """When limited purposes may call again; None if that is now."""
    at = pace.limited_free_at(lane.limited_calls, lane.limited_per_minute, now.timestamp())
    return None if at is None else datetime.fromtimestamp(at, UTC)
