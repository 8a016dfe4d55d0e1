"""What becomes of an operation: asked and confirmed are two things, and nothing that costs money is done twice."""

from itertools import pairwise

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    NoData,
    NotFound,
    PermissionDenied,
    Refused,
    Throttled,
)
from extensions.core.models import ExtensionConfig, Operation
from extensions.core.services import configurations, operations
from extensions.sims.contract import SmsReport, SmsState
from extensions.sims.models import Sim, UsageCycle
from tests.extensions import meterco
from tests.extensions.asking import activate, ask, text


def test_a_read_is_stored_with_its_time(target, source, work, later):
    ask(target, source, "terminal")
    done = work()
    sim = Sim.objects.get()
    assert (done.state, sim.state, sim.ctd_sms, sim.ctd_data_bytes) == ("confirmed", "Deactivated", 3, None)
    assert sim.fetched_at == done.settled_at
    assert done.result["monthToDateDataUsage"] is None


def test_a_write_is_accepted_first_and_confirmed_by_reading_back(target, source, work, provider, later):
    provider.will["record"] = [lambda: provider_record(provider, "Deactivated")]
    activate(target, source)
    accepted = work()
    assert (accepted.state, accepted.settled_at) == ("accepted", None)
    later(seconds=2)
    assert work().state == "accepted"
    later(seconds=10)
    confirmed = work()
    assert (confirmed.state, provider.calls["set_state"]) == ("confirmed", 1)
    assert Sim.objects.get().state == "Activated"


def provider_record(provider, state):
    from extensions.sims.contract import SimRecord

    return SimRecord("0001", state=state)


def test_accepted_but_never_shown_times_out(target, source, work, provider, later):
    provider.will["set_state"] = [lambda: meterco.Accepted()]
    activate(target, source)
    work()
    later(minutes=11)
    done = work()
    assert done.state == "timed out"
    assert "The SIM shows Deactivated." in done.sentence


def test_a_lost_answer_is_unknown_until_the_record_shows_it(target, source, work, provider, later):
    def performed_but_silent():
        provider.state = "Activated"
        raise CannotConnect("No answer came.", may_have_happened=True)

    provider.will["set_state"] = [performed_but_silent]
    activate(target, source)
    assert (work().state, Operation.objects.get().settled_at) == ("unknown", None)
    later(seconds=2)
    assert (work().state, provider.calls["set_state"]) == ("confirmed", 1)


def test_a_lost_answer_to_what_was_not_performed_fails_at_the_deadline(target, source, work, provider, later):
    provider.will["set_state"] = [CannotConnect("No answer came.", may_have_happened=True)]
    activate(target, source)
    work()
    later(seconds=30)
    assert work().state == "unknown"
    later(minutes=11)
    done = work()
    assert (done.state, provider.calls["set_state"]) == ("failed", 1)
    assert done.sentence.startswith("It was not performed.")


def test_an_sms_without_a_trace_stays_unknown_and_is_never_repeated(target, source, work, provider, later):
    provider.will["send_sms"] = [BadResponse("Unreadable.", may_have_happened=True)]
    text(target, source)
    work()
    later(minutes=16)
    done = work()
    assert (done.state, provider.calls["send_sms"]) == ("unknown", 1)
    assert done.settled
    assert "not sent again by itself" in done.sentence


def test_an_sms_found_after_a_lost_answer_is_followed_to_its_delivery(target, source, work, provider, later):
    provider.will["send_sms"] = [CannotConnect("No answer came.", may_have_happened=True)]
    provider.will["find_sms"] = [SmsReport("91", SmsState.PENDING, "Pending")]
    text(target, source)
    work()
    later(seconds=2)
    found = work()
    assert (found.reference, found.state) == ("91", "confirmed")
    assert provider.calls == {"check": 1, "send_sms": 1, "find_sms": 1, "sms_report": 1}


def test_earlier_messages_are_not_taken_for_the_lost_one(target, source, work, provider, later):
    text(target, source)
    work()
    later(seconds=2)
    assert work().state == "confirmed"
    provider.will["send_sms"] = [CannotConnect("No answer came.", may_have_happened=True)]
    text(target, source)
    work()
    later(seconds=2)
    work()
    assert provider.taken == {"77"}


def test_too_many_messages_to_be_sure_leaves_it_unknown(target, source, work, provider, later):
    provider.will["send_sms"] = [CannotConnect("No answer came.", may_have_happened=True)]
    provider.will["find_sms"] = [NoData("Too many messages.") for _ in range(3)]
    text(target, source)
    work()
    later(minutes=16)
    done = work()
    assert (done.state, done.settled) == ("unknown", True)
    assert "Too many messages." in done.sentence


def test_an_sms_that_the_carrier_failed_to_deliver(target, source, work, provider, later):
    provider.will["sms_report"] = [SmsReport("77", SmsState.FAILED, "Failed")]
    text(target, source)
    work()
    later(seconds=2)
    done = work()
    assert (done.state, done.sentence) == ("failed", "The carrier says: Failed.")


@pytest.mark.parametrize("error", [Refused, PermissionDenied, NotFound])
def test_a_refusal_is_final_and_in_the_providers_words(target, source, work, provider, error):
    provider.will["set_state"] = [error("The carrier refused.", code="10000029", words="Invalid transition")]
    activate(target, source)
    done = work()
    assert (done.state, done.code, done.words) == ("refused", "10000029", "Invalid transition")
    config = ExtensionConfig.objects.get()
    assert config.health == "connected", "a refusal speaks of the request, not of the account"


def test_a_throttled_write_is_read_back_before_it_is_sent_again(target, source, work, provider, later):
    provider.will["send_sms"] = [Throttled("Too many calls.")]
    text(target, source)
    waiting = work()
    assert (waiting.state, waiting.sent_at is None) == ("queued", False)
    later(seconds=15)
    work()
    assert provider.calls["find_sms"] == 1
    later(seconds=2)
    assert work().state == "confirmed"
    assert provider.calls["send_sms"] == 2


def test_a_write_that_never_left_is_sent_again(target, source, work, provider, later):
    provider.will["set_state"] = [CannotConnect("Connection refused.")]
    activate(target, source)
    assert work().state == "queued"
    later(seconds=15)
    assert work().state == "accepted"
    assert (provider.calls["set_state"], provider.calls["record"]) == (2, 0)


def test_reads_are_tried_five_times(target, source, work, provider, later):
    provider.will["record"] = [BadResponse("Server error.") for _ in range(9)]
    ask(target, source, "terminal")
    for _ in range(9):
        work()
        later(minutes=10)
    done = Operation.objects.get()
    assert (done.state, provider.calls["record"]) == ("failed", 5)


def test_no_data_is_an_answer(target, source, work, provider):
    provider.will["usage"] = [NoData("No usage recorded for the cycle.", code="200200")]
    ask(target, source, "usage", {"cycleStartDate": "2026-10-01"})
    done = work()
    assert (done.state, done.error, UsageCycle.objects.count()) == ("confirmed", "NoData", 0)


def test_usage_is_kept_by_cycle(target, source, work):
    for _ in range(2):
        ask(target, source, "usage", {"cycleStartDate": "2026-10-01"})
        done = work()
    cycle = UsageCycle.objects.get()
    assert (cycle.total_data_bytes, cycle.billable_data_bytes) == (1_048_576, None)
    assert done.result == {
        "cycleStartDate": "2026-10-01",
        "totalDataVolume": 1.0,
        "billableDataVolume": None,
        "totalSMSVolume": None,
        "billableSMSVolume": None,
        "totalVoiceVolume": None,
        "billableVoiceVolume": None,
    }


def test_a_sim_that_the_carrier_does_not_know_keeps_its_last_record(target, source, work, provider, later):
    ask(target, source, "terminal")
    work()
    provider.will["record"] = [NotFound("Not in this account.")]
    ask(target, source, "terminal")
    assert work().state == "failed"
    sim = Sim.objects.get()
    assert (sim.state, sim.missing_since is None) == ("Deactivated", False)
    ask(target, source, "terminal")
    work()
    assert Sim.objects.get().missing_since is None


def test_refused_credentials_pause_the_configuration_and_lose_nothing(target, source, work, provider, config, later):
    provider.will["set_state"] = [AuthRejected("The key is refused.", code="10000001")]
    activate(target, source)
    waiting = work()
    assert (waiting.state, waiting.sent_at) == ("queued", None)
    config.refresh_from_db()
    assert config.health == "needs attention"
    later(minutes=30)
    work()
    assert provider.calls["set_state"] == 1, "nothing is asked with credentials that are known to be refused"
    with pytest.raises(operations.NotCallable, match="needs attention"):
        ask(target_of(config, target), source, "rateplan", {"ratePlan": "Large"})
    configurations.replace_settings(config, meterco.SETTINGS | {"key": "new"}, source)
    lanes.run(ExtensionConfig.objects.get().lane_id)
    assert Operation.objects.get().state == "accepted"


def target_of(config, target):
    from dataclasses import replace

    return replace(target, config=config)


def test_a_killed_runner_leaves_a_write_unknown_and_a_read_queued(target, source, work, provider, config, later):
    write, read = activate(target, source), ask(target, source, "terminal")
    Operation.objects.update(state="sent", holder="somebody who was killed", sent_at=write.asked_at, attempts=1)
    later(seconds=1)
    config.refresh_from_db()
    for source_of_work in lanes.work.sources():
        source_of_work.recover(config.lane_id)
    write.refresh_from_db()
    read.refresh_from_db()
    assert (write.state, read.state) == ("unknown", "queued")
    later(minutes=11)
    work()
    write.refresh_from_db()
    assert (write.state, provider.calls["set_state"]) == ("failed", 0)


def test_what_a_living_runner_sent_is_left_alone(target, source, config):
    write = activate(target, source)
    turn = lanes.Turn(config.lane_id)
    turn.hold()
    Operation.objects.update(state="sent", holder=turn.holder)
    for source_of_work in lanes.work.sources():
        source_of_work.recover(config.lane_id)
    write.refresh_from_db()
    assert write.state == "sent"


def test_a_providers_bug_is_an_unusable_answer_and_nothing_is_lost(target, source, work, provider, later):
    provider.will["set_state"] = [KeyError("oops")]
    activate(target, source)
    done = work()
    assert (done.state, done.error) == ("unknown", "BadResponse")
    assert "failed unexpectedly" in done.sentence


@pytest.mark.slow
def test_a_throttled_read_waits_ten_seconds_more_each_time_and_ends_after_five(target, source, work, provider, later):
    called = []

    def throttled():
        called.append(timezone.now())
        raise Throttled("Too many calls.", code="40000029")

    provider.will["record"] = [throttled for _ in range(9)]
    ask(target, source, "terminal")
    for _ in range(150):
        done = work()
        later(seconds=1)
    assert [(after - before).seconds for before, after in pairwise(called)] == [10, 20, 30, 40]
    assert (done.state, done.error) == ("failed", "Throttled")
