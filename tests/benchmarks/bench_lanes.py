"""Two hundred accounts in one worker: what a lane costs, and what a hanging account costs the others.

The service is a stand-in that sleeps; lanes, database and threads are real unless a row's name says otherwise.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extensions.core import lanes, tasks
from extensions.core.contract import CannotConnect, LanePolicy
from extensions.core.lanes import Purpose, Work
from extensions.core.models import Lane
from iotdash.lib.outbound import CallRecord
from tests.benchmarks.table import Row
from tests.extensions.lane_world import THREADS, LaneWorld

ACCOUNTS = 200
HANGS_FOR = 10.0
BOUND = int(THREADS / 0.05)
SHORTEST_JUDGED = 40


def measure(quick: bool) -> Iterator[Row]:
    yield _one_call(100 if quick else 1000)
    yield _idle_lanes()
    yield _a_persons_wait(15 if quick else 60)
    yield _hanging_simulated(30 if quick else 180)
    yield _hanging_for_real(6 if quick else 40)


class Busy:
    """Endless work for every account. A call takes `latency` seconds, or hangs."""

    def __init__(self, latency: float) -> None:
        self.latency, self.left = latency, 1_000_000
        self.hanging: int | None = None
        self.answered = 0
        self._lock = threading.Lock()

    def next(self, lane_id: int, now: datetime) -> Work | None:
        return Work(partial(self._call, lane_id), Purpose.SYNC, 1) if self.left > 0 else None

    def next_due_at(self, lane_id: int) -> datetime | None:
        return timezone.now() if self.left > 0 else None

    def due_lanes(self, now: datetime) -> list[int]:
        return []

    def recover(self, lane_id: int) -> None:
        pass

    def _call(self, lane_id: int, turn: lanes.Turn) -> None:
        turn.take_slot()
        hangs = lane_id == self.hanging
        seconds = HANGS_FOR if hangs else self.latency
        time.sleep(seconds)
        turn.note_answer(CallRecord("GET", "https://account.test/", None, None, seconds, sent=True))
        if hangs:
            lanes.note_failure(lane_id, CannotConnect("No answer."))
            return
        lanes.note_success(lane_id)
        with self._lock:
            self.answered, self.left = self.answered + 1, self.left - 1


@contextmanager
def _source(busy: Busy, send: Callable) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lanes.work, "_sources", [])
        patch.setattr(tasks.run_lane, "apply_async", send)
        lanes.register_source(busy, Purpose.SYNC)
        yield


def _one_call(calls: int) -> Row:
    lane = lanes.of_account("one call", LanePolicy(per_second=1_000_000))
    busy = Busy(latency=0)
    busy.left = calls
    with _source(busy, lambda args, countdown=None: None), CaptureQueriesContext(connection) as queries:
        lanes.run(lane.pk)
    with_log, busy.left = len(queries) / calls, calls
    with _source(busy, lambda args, countdown=None: None):
        began = time.thread_time()
        for _ in range(10):
            # A busy machine makes a slice shorter than the work.
            lanes.run(lane.pk)
        each = (time.thread_time() - began) / (calls - busy.left)
    values = {"queries": round(with_log, 1), "CPU ms": round(each * 1000, 2), "calls/s": int(1 / each)}
    name = f"a lane's part of a call; {THREADS} threads make {BOUND} a second at 50 ms"
    return Row(name, values, f"over {BOUND} a second on one core", 1 / each > BOUND)


def _idle_lanes() -> Row:
    """The sweep, with one lane and with many in which nothing is to be done."""
    counts = []
    for number in (1, ACCOUNTS):
        for each in range(number):
            lanes.of_account(f"idle {each}", LanePolicy(per_second=5))
        with CaptureQueriesContext(connection) as queries:
            lanes.wake_due()
        counts.append(len(queries))
    sent = Lane.objects.filter(message_due_at__isnull=False).count()
    values = {"queries": counts[1], "queries with 1": counts[0], "messages": sent}
    return Row(f"the sweep over {ACCOUNTS} idle lanes", values, "as with 1, no messages", counts == counts[:1] * 2)


@contextmanager
def _world() -> Iterator[LaneWorld]:
    Lane.objects.all().delete()
    now = datetime.now(UTC)
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(now, tick=False) as traveller:
        world = LaneWorld(patch, now, lambda moment: traveller.move_to(moment, tick=False))
        try:
            yield world
        finally:
            world.time.stop()


def _a_persons_wait(seconds: int) -> Row:
    with _world() as world:
        accounts = [world.account(0.4, backlog=100_000) for _ in range(ACCOUNTS)]
        world.time.run(10)
        for second in range(seconds):
            world.ask(accounts[second % ACCOUNTS])
            world.time.run(1)
        world.time.run(10)
    waits = sorted(wait for account in accounts for wait in account.waits)
    values = {"asked": seconds, "p50 s": round(waits[len(waits) // 2], 2), "longest s": round(waits[-1], 2)}
    name = f"a person's wait while {ACCOUNTS} accounts of 400 ms are busy (simulated time)"
    return Row(name, values, "longest under 2 s", len(waits) == seconds and waits[-1] < 2)


def _hanging_simulated(seconds: int) -> Row:
    without, hanging = (_answered_in_simulation(seconds, hang=hang) for hang in (False, True))
    return _hanging_row(f"1 of {ACCOUNTS} hanging, 400 ms, {seconds} s (simulated time)", without, hanging, seconds)


def _answered_in_simulation(seconds: int, *, hang: bool) -> int:
    with _world() as world:
        accounts = [world.account(0.4, backlog=100_000) for _ in range(ACCOUNTS)]
        accounts[0].hangs = hang
        world.time.run(seconds)
        return sum(world.calls[account.lane_id] for account in accounts[1:])


def _hanging_for_real(seconds: int) -> Row:
    """Both kinds in turn and twice, so that what else the machine does hits both alike."""
    counts = {False: 0, True: 0}
    for hang in (False, True, True, False):
        counts[hang] += _answered_in_threads(seconds, hang=hang)
    name = f"1 of {ACCOUNTS} hanging, 50 ms, twice {seconds} s in {THREADS} threads"
    row = _hanging_row(name, counts[False], counts[True], 2 * seconds)
    # In a few seconds the first call that hangs is all that is seen.
    return row if seconds >= SHORTEST_JUDGED else replace(row, met=None)


def _answered_in_threads(seconds: int, *, hang: bool) -> int:
    Lane.objects.all().delete()
    busy, messages = Busy(latency=0.05), Messages()
    with _source(busy, messages.send):
        accounts = [lanes.of_account(f"account {number}", LanePolicy(per_second=5)) for number in range(ACCOUNTS)]
        busy.hanging = accounts[0].pk if hang else None
        for lane in accounts:
            lanes.wake(lane.pk)
        threads = [threading.Thread(target=messages.work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        # One account less is asked where one hangs.
        answered = busy.answered if hang else busy.answered * (ACCOUNTS - 1) // ACCOUNTS
        messages.over, busy.left = True, 0
        for thread in threads:
            thread.join()
    return answered


class Messages:
    """A broker and its worker threads."""

    def __init__(self) -> None:
        self.over = False
        self._due: list[tuple[float, int, tuple[int, str]]] = []
        self._order, self._lock = itertools.count(), threading.Lock()

    def send(self, args: tuple[int, str], countdown: float | None = None) -> None:
        with self._lock:
            heapq.heappush(self._due, (time.monotonic() + (countdown or 0), next(self._order), args))

    def work(self) -> None:
        while not self.over:
            message = self._take()
            if message:
                lanes.receive(message[0], datetime.fromisoformat(message[1]))
            else:
                time.sleep(0.01)
            # As Celery does after each task.
            connection.close()

    def _take(self) -> tuple[int, str] | None:
        with self._lock:
            due = self._due and self._due[0][0] <= time.monotonic()
            return heapq.heappop(self._due)[2] if due else None


def _hanging_row(name: str, without: int, hanging: int, seconds: int) -> Row:
    change = 100 * (hanging - without) / without
    values = {"others/s": round(hanging / seconds, 1), "alone/s": round(without / seconds, 1)}
    return Row(name, values | {"change %": round(change, 1)}, "under 5 %", change > -5)
