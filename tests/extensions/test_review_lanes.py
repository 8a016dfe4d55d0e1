"""Lanes under attack: clocks that jump, leases that ran out, brokers that are away, messages far ahead."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from extensions.core import lanes, tasks
from extensions.core.contract import LanePolicy, QuotaSpent
from extensions.core.models import Lane, Operation
from extensions.core.services import configurations, operations
from tests.extensions.asking import activate


@pytest.fixture
def lane(db):
    return lanes.throwaway(LanePolicy(per_second=5))


def test_a_clock_that_was_set_back_does_not_stop_a_lane(lane, later, monkeypatch):
    waited = []
    monkeypatch.setattr(lanes.turn, "pause", waited.append)
    turn = lanes.Turn(lane.pk)
    ahead = (timezone.now() + timedelta(hours=1)).timestamp()
    Lane.objects.update(recent_calls=[ahead] * 5)
    turn.take_slot()
    assert waited == [pytest.approx(1)]


def test_a_lane_that_somebody_else_had_meanwhile_is_lost_even_if_it_is_free_again(lane, later):
    slow, other = lanes.Turn(lane.pk), lanes.Turn(lane.pk)
    assert slow.hold()
    later(seconds=lanes.LEASE_SECONDS + 1)
    assert other.hold()
    other.release()
    with pytest.raises(lanes.LaneLost):
        slow.take_slot()


def test_a_lease_that_ran_out_and_that_nobody_took_is_still_ours(lane, later):
    slow = lanes.Turn(lane.pk)
    assert slow.hold()
    later(seconds=lanes.LEASE_SECONDS + 1)
    slow.take_slot()


def test_a_write_for_which_no_slot_could_be_taken_is_not_unknown(config, target, source, provider, monkeypatch, later):
    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    write = activate(target, source)
    turn = lanes.Turn(config.lane_id)
    turn.hold()
    provider.will["set_state"] = [turn.take_slot]
    work = operations.source.next(config.lane_id, timezone.now())
    with monkeypatch.context() as patch:
        patch.setattr(lanes.Turn, "_take_slot", locked)
        turn.do(work)
    write.refresh_from_db()
    assert (write.state, write.sent_at) == ("queued", None)


def test_a_message_far_ahead_is_left_to_the_sweep(config, target, source, messages, later):
    activate(target, source)
    lanes.note_failure(config.lane_id, QuotaSpent("Used up.", until=timezone.now() + timedelta(days=9)))
    messages.clear()
    lanes.run(config.lane_id)
    assert messages == []
    later(days=9, seconds=1)
    lanes.wake_due()
    assert messages == [(config.lane_id, None)]


@pytest.mark.parametrize("error", [BrokerDown("Connection refused"), OSError("No space left on device")])
def test_a_broker_that_is_away_loses_nothing(
    config, target, source, monkeypatch, messages, django_capture_on_commit_callbacks, error
):
    def down(*args, **kwargs):
        raise error

    lanes.run(config.lane_id)
    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(tasks.run_lane, "apply_async", down)
        activate(target, source)
        configurations.resume(config, source)
    assert Operation.objects.count() == 1
    messages.clear()
    lanes.wake_due()
    assert messages == [(config.lane_id, None)], "the next sweep sends it"
