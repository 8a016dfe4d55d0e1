"""Lanes: one queue per external account, paced, shut when the service says so, and never lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import health, lanes
from extensions.core.contract import CannotConnect, LanePolicy, QuotaSpent, Throttled
from extensions.core.models import ExtensionConfig, Lane
from extensions.core.services import configurations, connection_checks
from iotdash.audit.services import Source
from iotdash.lib.outbound import CallRecord
from tests.extensions import meterco

ANSWERED = CallRecord("GET", "https://meterco.test/", 200, None, 0.1, sent=True)


@pytest.fixture
def lane(db):
    return lanes.throwaway(LanePolicy(per_second=5))


def call(turn, later, seconds) -> tuple[float, float]:
    """One call that is answered after so many seconds; when it began and when it was answered."""
    turn.take_slot()
    began = timezone.now().timestamp()
    later(seconds=seconds)
    turn.note_answer(ANSWERED)
    return began, timezone.now().timestamp()


@pytest.mark.parametrize("latencies", [(0.05,), (0.4,), (0.9, 0, 0, 0, 0, 0, 0)])
def test_no_second_of_the_providers_holds_more_calls_than_the_rate(lane, later, monkeypatch, latencies):
    """It counts a call at some moment between its beginning and its answer, the same or another for each call."""
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: later(seconds=seconds))
    turn = lanes.Turn(lane.pk)
    calls = [call(turn, later, latencies[number % len(latencies)]) for number in range(30)]
    for (_, answered), (began, _) in zip(calls, calls[5:], strict=False):
        assert began - answered >= 0.999


def test_slow_answers_cost_no_waiting(lane, later, monkeypatch):
    waited = []
    monkeypatch.setattr(lanes.turn, "pause", waited.append)
    turn = lanes.Turn(lane.pk)
    for _ in range(12):
        call(turn, later, 0.4)
    assert waited == []


def test_the_pace_is_kept_across_runners(lane, later, monkeypatch):
    waited = []
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: waited.append(seconds) or later(seconds=seconds))
    first, second = lanes.Turn(lane.pk), lanes.Turn(lane.pk)
    for _ in range(5):
        call(first, later, 0.01)
    first.release()
    call(second, later, 0.01)
    assert waited == [pytest.approx(0.96, abs=0.005)]


def test_a_call_that_was_never_answered_counts_from_its_beginning(lane, later, monkeypatch):
    waited = []
    monkeypatch.setattr(lanes.turn, "pause", waited.append)
    turn = lanes.Turn(lane.pk)
    for _ in range(6):
        turn.take_slot()
    assert waited == [pytest.approx(1)]


def test_less_than_one_call_a_second(db, later, monkeypatch):
    waited = []
    monkeypatch.setattr(lanes.turn, "pause", waited.append)
    turn = lanes.Turn(lanes.throwaway(LanePolicy(per_second=0.5)).pk)
    call(turn, later, 0)
    turn.take_slot()
    assert waited == [pytest.approx(2)]


def test_calls_of_a_check_count_in_the_lane_that_it_opens(db, later, monkeypatch):
    waited = []
    monkeypatch.setattr(lanes.turn, "pause", waited.append)
    old, new = lanes.throwaway(LanePolicy(per_second=5)), lanes.of_account("an account", LanePolicy(per_second=5))
    call(lanes.Turn(old.pk), later, 0)
    lanes.carry_over(old, new)
    turn = lanes.Turn(new.pk)
    for _ in range(5):
        turn.take_slot()
    assert waited == [pytest.approx(1)]


def test_a_changed_policy_reaches_the_accounts_lane(db):
    lanes.of_account("an account", LanePolicy(per_second=5))
    assert lanes.of_account("an account", LanePolicy(per_second=2)).per_second == 2
    assert Lane.objects.count() == 1


def test_a_slot_is_refused_when_somebody_else_holds_the_lane(lane, later):
    slow, other = lanes.Turn(lane.pk), lanes.Turn(lane.pk)
    assert slow.hold()
    later(seconds=lanes.LEASE_SECONDS + 1)
    assert other.hold()
    with pytest.raises(lanes.LaneLost):
        slow.take_slot()


def test_a_second_runner_leaves_at_once(config, provider, target, source):
    holder = lanes.Turn(config.lane_id)
    holder.hold()
    before = sum(provider.calls.values())
    lanes.run(config.lane_id)
    assert sum(provider.calls.values()) == before


def test_one_message_is_on_its_way_at_most(lane, messages, later):
    for _ in range(3):
        lanes.wake(lane.pk)
    assert len(messages) == 1
    later(seconds=31)
    lanes.wake(lane.pk)
    assert len(messages) == 2, "a message that nobody received is taken for lost"


def test_an_earlier_need_overtakes_a_later_message(lane, messages, later):
    lanes.wake(lane.pk, timezone.now() + timedelta(seconds=20))
    lanes.wake(lane.pk)
    assert [countdown for _, countdown in messages] == [20, None]


def test_who_asks_now_does_not_wait_for_what_is_due_later(lane, messages, later):
    now = timezone.now()
    for due, expected in ((now + timedelta(seconds=20), now + timedelta(seconds=20)), (now, now), (None, now)):
        lanes.wake(lane.pk, due, people=True)
        lane.refresh_from_db()
        assert lane.people_since == expected


@pytest.mark.parametrize(
    ("error", "block", "seconds"),
    [
        (Throttled("Slow down.", retry_after=7), "throttled", 7),
        (Throttled("Slow down.", retry_after=3600), "throttled", 3600),
        (Throttled("Slow down.", retry_after=90_000), "throttled", 86_400),
        (Throttled("Slow down."), "throttled", 10),
        (CannotConnect("Nobody there."), "", None),
    ],
)
def test_what_shuts_a_lane(lane, later, error, block, seconds):
    lanes.note_failure(lane.pk, error)
    lane.refresh_from_db()
    assert lane.block == block
    expected = timezone.now() + timedelta(seconds=seconds) if seconds else None
    assert lane.blocked_until == expected


def test_a_spent_quota_shuts_the_lane_until_it_is_given_back(lane, later):
    until = timezone.now() + timedelta(days=9)
    lanes.note_failure(lane.pk, QuotaSpent("Used up.", until=until))
    lanes.try_now(lane.pk)
    lane.refresh_from_db()
    assert (lane.block, lane.blocked_until) == ("quota spent", until)


def test_the_breaker_opens_after_failures_and_its_pauses_grow(lane, later):
    pauses = []
    for _ in range(6):
        lanes.note_failure(lane.pk, CannotConnect("Nobody there."))
        lane.refresh_from_db()
        pauses.append(lane.blocked_until and (lane.blocked_until - timezone.now()).seconds)
    assert pauses == [None, 10, 20, 40, 80, 160]
    lanes.note_success(lane.pk)
    lane.refresh_from_db()
    assert (lane.block, lane.blocked_until, lane.failures) == ("", None, 0)


def test_throttling_backs_off_by_ten_seconds_more_each_time(lane, later):
    pauses = []
    for _ in range(5):
        lanes.note_failure(lane.pk, Throttled("Slow down."))
        lane.refresh_from_db()
        pauses.append((lane.blocked_until - timezone.now()).seconds)
    assert pauses == [10, 20, 30, 40, 50]


def test_a_call_that_held_its_thread_for_long_shuts_the_lane_at_once_for_twice_that_time(lane, later):
    pauses = []
    for _ in range(4):
        Lane.objects.update(last_call_seconds=10)
        lanes.note_failure(lane.pk, CannotConnect("No answer."))
        lane.refresh_from_db()
        pauses.append((lane.blocked_until - timezone.now()).seconds)
    assert pauses == [20, 20, 20, 40]


def test_a_shut_lane_asks_nothing_and_wakes_when_it_opens(config, provider, target, source, messages, later):
    from tests.extensions.asking import activate

    activate(target, source)
    lanes.note_failure(config.lane_id, Throttled("Slow down.", retry_after=40))
    messages.clear()
    lanes.run(config.lane_id)
    assert (provider.calls["set_state"], messages) == (0, [(config.lane_id, 40)])


def test_the_sweep_wakes_every_lane_with_due_work_but_not_a_shut_one(config, target, source, messages, later):
    from tests.extensions.asking import activate

    activate(target, source)
    Lane.objects.update(message_due_at=None)
    messages.clear()
    lanes.wake_due()
    assert messages == [(config.lane_id, None)]
    lanes.note_failure(config.lane_id, Throttled("Slow down.", retry_after=40))
    Lane.objects.update(message_due_at=None)
    lanes.wake_due()
    assert len(messages) == 1


def test_unproved_credentials_do_not_join_the_accounts_lane(organization, other_organization, carrier, source, config):
    elsewhere = Source(actor="other@example.com", organization=other_organization.public_id)
    unproved = configurations.add(other_organization, carrier, "", meterco.SETTINGS, elsewhere)
    assert unproved.lane_id != config.lane_id
    check = connection_checks.ask(other_organization, carrier, meterco.SETTINGS, elsewhere, unproved)
    lanes.run(check.lane_id)
    unproved.refresh_from_db()
    assert unproved.lane_id == config.lane_id, "proved credentials of one account share its lane, across organizations"


def test_a_dead_account_is_unreachable_for_everyone_on_its_lane_and_back_with_the_first_answer(config, later):
    later(minutes=1)
    health.note_failure(config, CannotConnect("The service does not answer.", words="timed out"))
    config.refresh_from_db()
    assert (config.health, config.health_since) == ("unreachable", timezone.now())
    assert config.health_reason == "The service does not answer. (timed out)"
    later(minutes=2)
    health.note_failure(config, CannotConnect("The service does not answer."))
    since = ExtensionConfig.objects.get().health_since
    assert since == timezone.now() - timedelta(minutes=2), "noted when it begins, not on every call"
    health.note_success(config)
    config.refresh_from_db()
    assert (config.health, config.last_success_at) == ("connected", timezone.now())


def test_the_lane_of_an_account_is_found_without_writing(config, carrier, django_assert_num_queries):
    """A write would wait for the lane's runner, who waits for the configuration that is being saved."""
    with django_assert_num_queries(1):
        lane = lanes.of_account(config.account_digest, carrier.lane)
    assert lane.pk == config.lane_id
    faster = lanes.of_account(config.account_digest, LanePolicy(per_second=7, budget=9))
    assert (faster.pk, faster.per_second, faster.budget) == (lane.pk, 7, 9)
    assert Lane.objects.get(pk=lane.pk).per_second == 7
