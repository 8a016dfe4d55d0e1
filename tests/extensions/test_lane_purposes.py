"""What a lane's calls are made for: order between purposes, the budget of limited ones, and the counts of each."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import CannotConnect, LanePolicy, Throttled
from extensions.core.lanes import Purpose, Work
from extensions.core.models import CallCount, Lane
from extensions.core.services import connection_checks
from iotdash.lib.outbound import CallRecord
from tests.extensions import meterco
from tests.extensions.asking import activate, ask


def answered(*, sent=True) -> CallRecord:
    return CallRecord("GET", "https://meterco.test/", 200, None, 0.1, sent=sent)


class Endless:
    """Work of one purpose that never ends, a call each; `log` is what was done, in order."""

    def __init__(self, purpose, log, later, seconds=0.0) -> None:
        self.purpose, self.log, self.later, self.seconds = purpose, log, later, seconds
        self.left = 1000
        self.meanwhile = lambda: None

    def next(self, lane_id, now):
        return Work(self.call, self.purpose, config_id=7) if self.left else None

    def call(self, turn) -> None:
        self.left -= 1
        turn.take_slot()
        self.log.append((self.purpose, timezone.now()))
        self.meanwhile()
        self.later(seconds=self.seconds)
        turn.note_answer(answered())

    def next_due_at(self, lane_id):
        return timezone.now() if self.left else None

    def due_lanes(self, now):
        return ()

    def recover(self, lane_id) -> None:
        pass


@pytest.fixture
def log():
    return []


@pytest.fixture
def endless(monkeypatch, log, later):
    """`endless(purpose)` registers a source of that purpose for this test, and gives it back."""
    monkeypatch.setattr(lanes.work, "_sources", list(lanes.work._sources))
    monkeypatch.setattr(lanes.running, "monotonic", time.time)
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: later(seconds=seconds))

    def register(purpose, seconds=0.01) -> Endless:
        source = Endless(purpose, log, later, seconds)
        lanes.register_source(source, purpose)
        return source

    return register


@pytest.fixture
def lane(db):
    return lanes.of_account("an account", LanePolicy(per_second=5))


def test_the_more_urgent_purpose_comes_first_whoever_registered_first(endless, log, lane):
    for purpose in (Purpose.USAGE, Purpose.SYNC, Purpose.PEOPLE):
        endless(purpose).left = 2
    lanes.run(lane.pk)
    assert [purpose for purpose, _ in log] == [*[Purpose.PEOPLE] * 2, *[Purpose.SYNC] * 2, *[Purpose.USAGE] * 2]


def test_people_wait_for_one_call_of_the_synchronisation_not_for_its_end(endless, log, lane):
    people, sync = endless(Purpose.PEOPLE), endless(Purpose.SYNC)
    people.left = 0
    sync.meanwhile = lambda: setattr(people, "left", 1) if len(log) == 4 else None
    lanes.run(lane.pk)
    assert [purpose for purpose, _ in log][:6] == [*[Purpose.SYNC] * 4, Purpose.PEOPLE, Purpose.SYNC]


def run_for(lane, later, span) -> None:
    """Runs the lane as its messages would make it run, until the clock has moved on so far."""
    until = timezone.now() + span
    while timezone.now() < until:
        lanes.run(lane.pk)
        lane.refresh_from_db()
        wait = (lane.message_due_at or timezone.now() + timedelta(seconds=15)) - timezone.now()
        later(seconds=max(wait.total_seconds(), 0.001))


@pytest.mark.parametrize(("budget", "most"), [pytest.param(0.5, 150, marks=pytest.mark.slow), (0.1, 30)])
@pytest.mark.slow
def test_usage_takes_no_more_than_its_budget_in_any_minute(endless, log, lane, later, budget, most):
    lanes.of_account("an account", LanePolicy(per_second=5, budget=budget))
    endless(Purpose.USAGE)
    run_for(lane, later, timedelta(minutes=4))
    times = [at for _, at in log]
    inside = [sum(at <= each < at + timedelta(minutes=1) for each in times) for at in times]
    assert max(inside) == most
    assert len(times) >= 0.9 * 4 * most, "the budget is used"


def test_a_spent_budget_makes_nobody_look_at_the_lane_before_it_is_back(endless, lane, messages, later):
    endless(Purpose.USAGE)
    second = int(timezone.now().timestamp())
    Lane.objects.update(limited_calls=[[second - 50, 150]])
    lanes.run(lane.pk)
    [(_, countdown)] = messages
    assert countdown == pytest.approx(11, abs=1)


@pytest.mark.slow
def test_synchronisation_may_take_the_whole_rate_while_the_budget_is_spent(endless, log, lane, later):
    Lane.objects.update(limited_calls=[[int(timezone.now().timestamp()), 150]])
    endless(Purpose.USAGE)
    endless(Purpose.SYNC)
    run_for(lane, later, timedelta(seconds=60))
    assert Counter(purpose for purpose, _ in log) == {Purpose.SYNC: pytest.approx(300, abs=8)}


def test_calls_are_counted_by_minute_purpose_and_configuration(lane, later, time_machine):
    turn = lanes.Turn(lane.pk)
    time_machine.move_to("2026-11-23T10:00:58Z", tick=False)
    for purpose in (Purpose.PEOPLE, Purpose.SYNC, Purpose.SYNC, Purpose.SYNC):
        turn.do(Work(one_call, purpose, config_id=3))
        later(seconds=1)
    counts = CallCount.objects.order_by("begins", "purpose").values_list("begins__minute", "purpose", "calls")
    assert list(counts) == [(0, "people", 1), (0, "sync", 1), (1, "sync", 2)]
    assert set(CallCount.objects.values_list("config_id", flat=True)) == {3}


def one_call(turn, *, sent=True) -> None:
    turn.take_slot()
    turn.note_answer(answered(sent=sent))


def test_a_call_that_never_left_is_not_counted_and_neither_is_its_failure(lane):
    turn = lanes.Turn(lane.pk)
    one_call(turn, sent=False)
    lanes.note_failure(lane.pk, CannotConnect("Nobody there."))
    assert not CallCount.objects.exists()


def test_failures_count_where_their_call_was_counted(lane, later, time_machine):
    time_machine.move_to("2026-11-23T10:00:59.9Z", tick=False)
    turn = lanes.Turn(lane.pk)
    turn.do(Work(one_call, Purpose.USAGE, config_id=3))
    later(seconds=1)
    lanes.note_failure(lane.pk, Throttled("Slow down."))
    turn.do(Work(one_call, Purpose.USAGE, config_id=3))
    lanes.note_failure(lane.pk, CannotConnect("No answer."))
    counts = CallCount.objects.order_by("begins").values_list("calls", "failed", "throttled")
    assert list(counts) == [(1, 1, 1), (1, 1, 0)]


def test_two_processes_that_count_the_first_call_of_a_minute_make_one_row(lane, monkeypatch):
    at = timezone.now()
    lanes.counting.note_call(lane.pk, at, Purpose.SYNC, 1)
    rival = lanes.counting._of_minute(lane.pk, at, "sync", 1)
    CallCount.objects.bulk_create([CallCount(**rival)], ignore_conflicts=True)
    lanes.counting.note_call(lane.pk, at, Purpose.SYNC, 1)
    assert CallCount.objects.get().calls == 2


def purposes(source_of_work, lane_id) -> str:
    return source_of_work.next(lane_id, timezone.now()).purpose


def test_what_an_operation_calls_for(target, source, config, work, later):
    from extensions.core.models import Operation
    from extensions.core.services import operations

    write = activate(target, source)
    assert purposes(operations.source, config.lane_id) == "people"
    work()
    later(minutes=1)
    write.refresh_from_db()
    assert (write.state, purposes(operations.source, config.lane_id)) == ("accepted", "confirmation")
    Operation.objects.update(settled_at=timezone.now())
    ask(target, source, "terminal", priority=Operation.BACKGROUND)
    assert purposes(operations.source, config.lane_id) == "background"


def test_what_a_check_calls_for(organization, carrier, source):
    for quiet, purpose in ((False, "people"), (True, "background")):
        check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source, quiet=quiet)
        assert purposes(connection_checks.source, check.lane_id) == purpose


def test_counts_of_a_check_move_to_the_lane_that_it_opens(lane):
    old = lanes.throwaway(LanePolicy(per_second=5))
    turn = lanes.Turn(old.pk)
    turn.do(Work(one_call, Purpose.PEOPLE))
    lanes.carry_over(old, lane, config_id=9)
    assert list(CallCount.objects.values_list("lane_id", "config_id", "calls")) == [(lane.pk, 9, 1)]


def test_a_long_job_leaves_every_fourth_call_to_what_is_less_urgent(endless, log, lane, later):
    endless(Purpose.JOBS)
    endless(Purpose.SYNC).left = 10
    run_for(lane, later, timedelta(seconds=20))
    done = [purpose for purpose, _ in log]
    assert done[:8] == [*[Purpose.JOBS] * 3, Purpose.SYNC] * 2
    assert done[40:] == [Purpose.JOBS] * len(done[40:]), "it has all calls that nobody else wants"


def test_people_do_not_wait_for_the_turn_of_a_job_nor_take_that_of_others(endless, log, lane):
    people, job = endless(Purpose.PEOPLE), endless(Purpose.JOBS)
    endless(Purpose.USAGE)
    people.left = 0
    job.meanwhile = lambda: setattr(people, "left", 2) if len(log) == 2 else None
    lanes.run(lane.pk)
    done = [purpose for purpose, _ in log]
    assert done[:6] == [*[Purpose.JOBS] * 2, *[Purpose.PEOPLE] * 2, Purpose.JOBS, Purpose.USAGE]


def test_a_spent_budget_is_not_overdrawn_when_a_job_leaves_a_call(endless, log, lane):
    Lane.objects.update(limited_calls=[[int(timezone.now().timestamp()), 150]])
    endless(Purpose.JOBS)
    endless(Purpose.USAGE)
    lanes.run(lane.pk)
    assert {purpose for purpose, _ in log} == {Purpose.JOBS}
