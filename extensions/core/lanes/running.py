"""A runner's turn at a lane: its due work, the most urgent first, for a slice of time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import BoundedSemaphore
from time import monotonic

from django.conf import settings
from django.utils import timezone

from extensions.core.lanes import messages
from extensions.core.lanes.planning import budget_back_at, plan_next
from extensions.core.lanes.turn import Turn
from extensions.core.lanes.work import Work, next_work, sources
from extensions.core.models import Lane

THREADS = settings.CELERY_WORKER_CONCURRENCY
# How long a turn takes at most, and a round of all lanes that wait: the more wait, the shorter the turns.
ROUND_SECONDS = 5
# How long a thread sleeps until the pace allows a call: shortly always, longer only while no other lane wants it.
SHORT_NAP, LONG_NAP = 0.05, 1
# How often a runner looks around for other lanes.
LOOK_SECONDS = 0.2
# At most half of the threads are for lanes whose next call may hang, so that the others always find one.
doubtful_threads = BoundedSemaphore(max(1, THREADS // 2))


def receive(lane_id: int, due_at: datetime) -> None:
    """A lane's message: a turn there, but first and last a turn wherever people wait and no runner has come yet."""
    _serve_people()
    if messages.received(lane_id, due_at):
        _take_turn(lane_id)
        _serve_people()


def run(lane_id: int) -> None:
    """Does the lane's due work for a slice of time. A second runner of the same lane leaves at once."""
    Lane.objects.filter(pk=lane_id).update(message_due_at=None, people_since=None)
    _take_turn(lane_id)


def _serve_people() -> None:
    while lane_id := messages.claim_for_people():
        _take_turn(lane_id)


def _take_turn(lane_id: int) -> None:
    turn = Turn(lane_id)
    if not turn.hold():
        return
    try:
        with _thread_for(turn.look()) as granted:
            if granted:
                _recover(lane_id)
                _work_through(turn)
    finally:
        turn.release()
    plan_next(lane_id, refused=not granted)


@contextmanager
def _thread_for(lane: Lane | None) -> Iterator[bool]:
    """Whether a thread may be spent on the lane."""
    if lane is None or not lane.doubtful:
        yield True
        return
    granted = doubtful_threads.acquire(blocking=False)
    try:
        yield granted
    finally:
        if granted:
            doubtful_threads.release()


def _recover(lane_id: int) -> None:
    for source in sources():
        source.recover(lane_id)


def _work_through(turn: Turn) -> None:
    slice_ = _Slice(turn.lane_id)
    while turn.hold() and _is_open(turn) and slice_.allows(turn):
        work = _next_work(turn.lane)
        if work is None:
            return
        turn.do(work)


def _is_open(turn: Turn) -> bool:
    """Whether more work may be done. A doubtful lane is probed with one piece: what comes of it decides on the rest."""
    lane = turn.look()
    return lane is not None and not lane.shut and not (turn.done and lane.doubtful)


class _Slice:
    """How long a turn may go on, by what other lanes need a thread for."""

    def __init__(self, lane_id: int) -> None:
        self._lane_id = lane_id
        self._began = self._looked = monotonic()

    def allows(self, turn: Turn) -> bool:
        nap, now = turn.slot_in(), monotonic()
        if nap <= SHORT_NAP and now - self._looked < LOOK_SECONDS:
            return True
        self._looked = now
        others = messages.others_waiting(self._lane_id, within=nap)
        at_most = ROUND_SECONDS * min(1, THREADS / (others.lanes or 1))
        if turn.done and (others.people or now - self._began >= at_most):
            return False
        return nap <= SHORT_NAP or (nap <= LONG_NAP and not others.lanes)


def _next_work(lane: Lane) -> Work | None:
    now = timezone.now()
    return next_work(lane, now, limited=budget_back_at(lane, now) is None)
