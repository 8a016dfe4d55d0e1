"""Lanes with many workers at the same instant, on a real database: what one statement at a time cannot show."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import LanePolicy
from extensions.core.lanes import Purpose, Work, counting
from extensions.core.lanes.messages import claim_for_people, received
from extensions.core.models import CallCount, Lane
from tests.extensions.test_lane_purposes import answered
from tests.extensions.test_review_threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 8
PATIENCE = 60


@pytest.fixture
def lane(db):
    return lanes.of_account("an account", LanePolicy(per_second=5))


def test_many_who_wake_a_lane_send_one_message(lane, messages, later):
    assert at_once(*[lambda: lanes.wake(lane.pk, people=True)] * TIMES) == [None] * TIMES
    assert len(messages) == 1


def test_many_copies_of_a_message_are_received_once(lane):
    lanes.wake(lane.pk)
    lane.refresh_from_db()
    assert sum(at_once(*[lambda: received(lane.pk, lane.message_due_at)] * TIMES)) == 1


def test_one_runner_is_given_the_lane_in_which_people_wait(lane):
    lanes.wake(lane.pk, people=True)
    assert sorted(at_once(*[claim_for_people] * TIMES), key=str) == [lane.pk, *[None] * (TIMES - 1)]


def test_calls_that_are_counted_at_once_are_all_counted(lane):
    now = timezone.now()
    count = lambda: [counting.note_call(lane.pk, now, Purpose.SYNC, 1) for _ in range(5)]  # noqa: E731
    at_once(*[count] * TIMES)
    assert CallCount.objects.get().calls == 5 * TIMES


def test_counts_that_are_folded_at_once_are_folded_once(lane):
    long_ago = timezone.now() - timedelta(days=3)
    for minute in range(20):
        counting.note_call(lane.pk, long_ago.replace(minute=minute), Purpose.SYNC, 1)
    assert at_once(*[lanes.tidy_counts] * TIMES) == [None] * TIMES
    assert list(CallCount.objects.values_list("seconds", "calls")) == [(3600, 20)]


def test_counts_that_are_moved_at_once_are_moved_once(lane):
    old = lanes.throwaway(LanePolicy(per_second=5))
    counting.note_call(old.pk, timezone.now(), Purpose.PEOPLE, 0)
    assert at_once(*[lambda: lanes.carry_over(old, lane, 3)] * TIMES) == [None] * TIMES
    assert list(CallCount.objects.values_list("lane_id", "calls")) == [(lane.pk, 1)]


class Accounts:
    """Work of many lanes for real threads. A hanging account answers only when all work of the others is done."""

    def __init__(self) -> None:
        self.left: Counter = Counter()
        self.hanging: set[int] = set()
        self.done = threading.Event()
        self.at_once: Counter = Counter()
        self.clashes = self.gave_up = 0
        self._lock = threading.Lock()

    def next(self, lane_id, now):
        return Work(lambda turn: self._call(lane_id, turn), Purpose.SYNC) if self.left[lane_id] > 0 else None

    def next_due_at(self, lane_id):
        return timezone.now() if self.left[lane_id] > 0 else None

    def due_lanes(self, now):
        return [lane_id for lane_id, left in self.left.items() if left > 0]

    def recover(self, lane_id) -> None:
        pass

    def _call(self, lane_id, turn) -> None:
        turn.take_slot()
        self._begin(lane_id)
        if lane_id in self.hanging:
            self.gave_up += not self.done.wait(PATIENCE)
        turn.note_answer(answered())
        self._end(lane_id)

    def _begin(self, lane_id) -> None:
        with self._lock:
            self.at_once[lane_id] += 1
            self.clashes += self.at_once[lane_id] > 1

    def _end(self, lane_id) -> None:
        with self._lock:
            self.at_once[lane_id] -= 1
            self.left[lane_id] -= 1
            if not any(self.left[each] for each in self.left if each not in self.hanging):
                self.done.set()


@pytest.fixture
def accounts(monkeypatch):
    made = Accounts()
    monkeypatch.setattr(lanes.work, "_sources", [])
    lanes.register_source(made, Purpose.SYNC)
    return made


def work_off(sent: list, accounts: Accounts) -> None:
    """A worker thread: receives messages until nothing is left anywhere."""
    while any(accounts.left.values()):
        try:
            lane_id, _ = sent.pop(0)
        except IndexError:
            accounts.done.wait(0.01)
            continue
        lanes.run(lane_id)


def test_hanging_accounts_cannot_take_every_thread(accounts, messages):
    for number in range(40):
        lane = lanes.of_account(f"account {number}", LanePolicy(per_second=1000))
        accounts.left[lane.pk] = 5
        if number < 10:
            Lane.objects.filter(pk=lane.pk).update(failures=1)
            accounts.hanging.add(lane.pk)
            accounts.left[lane.pk] = 1
        lanes.wake(lane.pk)
    assert at_once(*[lambda: work_off(messages, accounts)] * lanes.running.THREADS) == [None] * lanes.running.THREADS
    assert (accounts.gave_up, accounts.clashes) == (0, 0)
    assert set(accounts.left.values()) == {0}
