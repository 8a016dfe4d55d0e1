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
from extensions.core.lanes.work import Work, sources
from extensions.core.models import Lane

THREADS = settings.CELERY_WORKER_CONCURRENCY
# How long a turn takes at most, and a round of all lanes that wait: the more wait, the shorter the turns.
ROUND_SECONDS = 5
# How long a thread sleeps until the pace allows a call: shortly always, longer only while no other lane wants it.
SHORT_NAP, LONG_NAP = 0.05, 1
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
    began, done = monotonic(), 0
    while turn.hold() and _goes_on(turn, done, monotonic() - began):
        work = _next_work(turn.lane)
        if work is None:
            return
        turn.do(work)
        done += 1


def _goes_on(turn: Turn, done: int, seconds: float) -> bool:
    """Whether the turn takes one more piece of work: the lane is open, and no other lane needs the thread more."""
    lane = turn.look()
    if lane is None or lane.shut or (done and lane.doubtful):
        # A doubtful lane is probed with one piece of work: what comes of it decides about the rest.
        return False
    nap = turn.slot_in()
    others = messages.others_waiting(lane.pk, within=nap)
    if done and (others.people or seconds >= ROUND_SECONDS * min(1, THREADS / max(others.lanes, 1))):
        return False
    return nap <= SHORT_NAP or (nap <= LONG_NAP and not others.lanes)


def _next_work(lane: Lane) -> Work | None:
    now = timezone.now()
    asked = sources(limited=budget_back_at(lane, now) is None)
    return next(filter(None, (source.next(lane.pk, now) for source in asked)), None)
