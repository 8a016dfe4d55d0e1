"""Two hundred accounts and one worker in simulated time: the real lanes; made-up work, broker and latencies."""

import heapq
import itertools
import time
from collections import Counter
from datetime import UTC, datetime
from threading import BoundedSemaphore

from extensions.core import lanes, tasks
from extensions.core.contract import CannotConnect, LanePolicy, ProviderError
from extensions.core.lanes import Purpose, Work
from extensions.core.models import Lane
from iotdash.lib.outbound import CallRecord
from tests.simulated_time import SimulatedTime

THREADS = 8
ANSWERED = CallRecord("GET", "https://account.test/", 200, None, 0.1, sent=True)


class Account:
    """An account behind its lane. `backlog` is how much background work it has, `asked` when people asked."""

    def __init__(self, lane: Lane, latency: float, backlog: int) -> None:
        self.lane_id, self.latency, self.backlog = lane.pk, latency, backlog
        self.hangs = False
        self.asked: list[float] = []
        self.waits: list[float] = []


class Accounts:
    """Their work, as a source of lanes."""

    def __init__(self, world: "LaneWorld") -> None:
        self.world = world
        self.of_lane: dict[int, Account] = {}

    def next(self, lane_id: int, now: datetime) -> Work | None:
        account = self.of_lane[lane_id]
        if account.asked:
            return Work(lambda turn: self._for_people(account, turn), Purpose.PEOPLE)
        if account.backlog:
            return Work(lambda turn: self._in_background(account, turn), Purpose.BACKGROUND)
        return None

    def next_due_at(self, lane_id: int) -> datetime | None:
        account = self.of_lane[lane_id]
        return datetime.fromtimestamp(self.world.time.now, UTC) if account.asked or account.backlog else None

    def due_lanes(self, now: datetime) -> list[int]:
        return [lane_id for lane_id in self.of_lane if self.next(lane_id, now)]

    def recover(self, lane_id: int) -> None:
        pass

    def _for_people(self, account: Account, turn: lanes.Turn) -> None:
        if self._call(account, turn):
            account.waits.append(self.world.time.now - account.asked.pop(0))

    def _in_background(self, account: Account, turn: lanes.Turn) -> None:
        account.backlog -= self._call(account, turn)

    def _call(self, account: Account, turn: lanes.Turn) -> bool:
        turn.take_slot()
        world, hanging = self.world, account.hangs
        seconds = world.timeout if hanging else account.latency
        world.begin(account)
        world.time.sleep(seconds)
        world.end(account, answered=not hanging)
        turn.note_answer(CallRecord("GET", "https://account.test/", None, None, seconds, sent=True))
        self._note(account, CannotConnect("No answer.") if hanging else None)
        return not hanging

    def _note(self, account: Account, error: ProviderError | None) -> None:
        if error:
            lanes.note_failure(account.lane_id, error)
        else:
            lanes.note_success(account.lane_id)


class LaneWorld:
    """`patch` is pytest's monkeypatch or something like it; `calls` are those answered, by account's lane."""

    timeout = 10.0
    looks_every = 0.02

    def __init__(self, patch, began: datetime, move_clock, threads: int = THREADS) -> None:
        self.time = SimulatedTime(began, move_clock)
        self.source = Accounts(self)
        self.calls: Counter = Counter()
        self.under_way: Counter = Counter()
        self.most_hanging = self.most_queued = 0
        self._messages: list[tuple[float, int, int, str]] = []
        self._order = itertools.count()
        patch.setattr(lanes.work, "_sources", [])
        patch.setattr(lanes.turn, "pause", self.time.sleep)
        patch.setattr(lanes.running, "monotonic", time.time)
        patch.setattr(lanes.running, "THREADS", threads)
        patch.setattr(lanes.running, "doubtful_threads", BoundedSemaphore(threads // 2))
        patch.setattr(tasks.run_lane, "apply_async", self._send)
        lanes.register_source(self.source, Purpose.PEOPLE)
        for _ in range(threads):
            self.time.start(self._work)
        self.time.start(self._sweep)

    def account(self, latency: float, backlog: int = 0, per_second: float = 5) -> Account:
        lane = lanes.of_account(f"account {len(self.source.of_lane)}", LanePolicy(per_second))
        account = self.source.of_lane[lane.pk] = Account(lane, latency, backlog)
        if backlog:
            lanes.wake(lane.pk)
        return account

    def ask(self, account: Account) -> None:
        """A person asks something of the account."""
        account.asked.append(self.time.now)
        lanes.wake(account.lane_id, people=True)

    def begin(self, account: Account) -> None:
        self.under_way[account.lane_id] += 1
        assert self.under_way[account.lane_id] == 1, "two calls at once on one account"
        hanging = sum(self.under_way[each.lane_id] for each in self.source.of_lane.values() if each.hangs)
        self.most_hanging = max(self.most_hanging, hanging)

    def end(self, account: Account, *, answered: bool) -> None:
        self.under_way[account.lane_id] -= 1
        self.calls[account.lane_id] += answered

    def _send(self, args, countdown=None) -> None:
        heapq.heappush(self._messages, (self.time.now + (countdown or 0), next(self._order), *args))
        queued = Counter(lane_id for _, _, lane_id, _ in self._messages)
        self.most_queued = max(self.most_queued, *queued.values())

    def _work(self) -> None:
        while True:
            if self._messages and self._messages[0][0] <= self.time.now:
                _, _, lane_id, due_at = heapq.heappop(self._messages)
                lanes.receive(lane_id, datetime.fromisoformat(due_at))
            else:
                self.time.sleep(self.looks_every)

    def _sweep(self) -> None:
        while True:
            self.time.sleep(15)
            lanes.wake_due()
