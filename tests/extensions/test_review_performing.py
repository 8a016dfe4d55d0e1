"""Operations under attack: nothing stays unsettled for ever, and one bad answer never stops a lane."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import (
    AuthRejected,
    CannotConnect,
    NotFound,
    PermissionDenied,
    Refused,
    Throttled,
)
from extensions.core.models import ExtensionConfig, Operation
from extensions.core.services import configurations, operations
from extensions.sims import services as sim_services
from extensions.sims.contract import SmsReport, SmsState
from tests.extensions import meterco
from tests.extensions.asking import activate, ask, text

pytestmark = pytest.mark.slow


def unstorable(*args, **kwargs):
    raise ValueError("A string literal cannot contain NUL (0x00) characters.")


@pytest.mark.parametrize("operation_id", ["terminal", "status"])
def test_an_answer_that_cannot_be_stored_does_not_stop_the_lane(
    target, source, work, config, later, monkeypatch, operation_id
):
    monkeypatch.setattr(sim_services, "store_record", unstorable)
    poison = ask(target, source, operation_id, {"status": "Activated"} if operation_id == "status" else {})
    work()
    usage = ask(target, source, "usage", {"cycleStartDate": "2026-10-01"})
    for _ in range(12):
        later(minutes=3)
        work()
    usage.refresh_from_db()
    poison.refresh_from_db()
    assert usage.state == "confirmed", "others on the lane go on"
    assert poison.settled
    assert "The log of this server" in poison.sentence


def test_a_read_whose_runner_dies_each_time_ends(target, source, work, config, provider, later):
    provider.will["record"] = [SystemExit() for _ in range(9)]
    asked = ask(target, source, "terminal")
    for _ in range(9):
        with pytest.raises(SystemExit):
            work()
        later(minutes=2)
        asked.refresh_from_db()
        if asked.attempts == 5:
            break
    work()
    asked.refresh_from_db()
    assert (asked.state, provider.calls["record"]) == ("failed", 5)


@pytest.mark.parametrize("error", [PermissionDenied, NotFound])
def test_a_read_back_that_is_refused_ends_at_the_deadline(target, source, work, provider, later, error):
    provider.will["send_sms"] = [CannotConnect("No answer came.", may_have_happened=True)]
    provider.will["find_sms"] = [error("You may not list messages.") for _ in range(50)]
    text(target, source)
    for _ in range(20):
        work()
        later(minutes=1)
    done = Operation.objects.get()
    assert (done.state, done.settled, provider.calls["send_sms"]) == ("unknown", True, 1)
    assert "You may not list messages." in done.sentence


def test_an_accepted_write_whose_subject_vanished_times_out(target, source, work, provider, later):
    activate(target, source)
    work()
    provider.will["record"] = [NotFound("Not in this account.") for _ in range(50)]
    for _ in range(15):
        later(minutes=1)
        work()
    assert Operation.objects.get().state == "timed out"


def test_a_throttled_write_that_cannot_be_read_back_ends_too(target, source, work, provider, later):
    provider.will["send_sms"] = [Throttled("Too many calls.")]
    provider.will["find_sms"] = [PermissionDenied("You may not list messages.") for _ in range(50)]
    text(target, source)
    for _ in range(20):
        work()
        later(minutes=1)
    done = Operation.objects.get()
    assert (done.state, provider.calls["send_sms"]) == ("failed", 1)
    assert "not performed" in done.sentence


def test_while_the_provider_is_away_the_outcome_waits_for_it(target, source, work, provider, later):
    activate(target, source)
    work()
    provider.will["record"] = [CannotConnect("Nobody there.") for _ in range(4)]
    for _ in range(9):
        later(minutes=6)
        work()
    assert Operation.objects.get().state == "confirmed"


def test_a_provider_that_never_comes_back_ends_the_wait_after_a_day(target, source, work, provider, later):
    activate(target, source)
    work()
    provider.will["record"] = [CannotConnect("Nobody there.") for _ in range(50)]
    for _ in range(9):
        later(hours=4)
        work()
    assert Operation.objects.get().state == "timed out"


@pytest.mark.parametrize(
    ("moment", "state"), [("queued", "cancelled"), ("sent", "timed out"), ("accepted", "timed out")]
)
def test_removing_an_extension_settles_whatever_is_under_way(
    target, source, work, provider, config, later, moment, state
):
    if moment == "sent":
        provider.will["set_state"] = [lambda: configurations.remove(config, source) or meterco.Accepted()]
    activate(target, source)
    if moment != "queued":
        work()
    if moment != "sent":
        configurations.remove(config, source)
    operations.settle_removed()
    done = Operation.objects.get()
    assert (done.state, done.settled) == (state, True)


def test_what_a_killed_runner_sent_for_a_removed_extension_is_unknown(target, source, config, later):
    activate(target, source)
    Operation.objects.update(state="sent", sent_at=timezone.now(), holder="killed")
    configurations.remove(config, source)
    operations.settle_removed()
    assert (Operation.objects.get().state, Operation.objects.get().settled) == ("unknown", True)


def test_what_is_being_sent_for_a_removed_extension_may_still_be_answered(target, source, config, later):
    activate(target, source)
    turn = lanes.Turn(config.lane_id)
    turn.hold()
    Operation.objects.update(state="sent", sent_at=timezone.now(), holder=turn.holder)
    configurations.remove(config, source)
    operations.settle_removed()
    assert not Operation.objects.get().settled


def test_nothing_is_sent_for_what_was_paused_a_moment_ago(target, source, config, provider):
    write = activate(target, source)
    turn = lanes.Turn(config.lane_id)
    turn.hold()
    work = operations.source.next(config.lane_id, timezone.now())
    configurations.pause(config, source)
    turn.do(work)
    write.refresh_from_db()
    assert (write.state, provider.calls["set_state"]) == ("queued", 0)


def test_a_lane_lost_before_the_first_call_of_a_write_leaves_it_queued(target, source, config, provider, later):
    write = activate(target, source)
    turn = lanes.Turn(config.lane_id)
    turn.hold()
    turn.calls = 3
    provider.will["set_state"] = [lanes.LaneLost()]
    turn.do(operations.source.next(config.lane_id, timezone.now()))
    write.refresh_from_db()
    assert (write.state, write.sent_at, write.attempts) == ("queued", None, 0)


def test_a_refusal_of_replaced_credentials_says_nothing_about_the_new_ones(
    target, source, work, provider, config, later
):
    def replaced_meanwhile():
        configurations.replace_settings(
            ExtensionConfig.objects.get(pk=config.pk), meterco.SETTINGS | {"key": "new"}, source
        )
        raise AuthRejected("The key is refused.")

    provider.will["set_state"] = [replaced_meanwhile]
    activate(target, source)
    work()
    assert ExtensionConfig.objects.get().health == "not checked"


def test_a_person_who_asks_for_what_is_read_in_the_background_gets_it_first(target, source, provider, work):
    seen = []
    provider.will["record"] = [lambda: seen.append("record") or meterco.SimRecord("0001")]
    provider.will["usage"] = [lambda: seen.append("usage") or meterco.UsageRecord("0001", meterco.date(2026, 10, 1))]
    ask(target, source, "usage", {"cycleStartDate": "2026-10-01"}, priority=Operation.BACKGROUND)
    waiting = ask(target, source, "terminal", priority=Operation.BACKGROUND)
    assert ask(target, source, "terminal") == waiting
    work()
    assert seen == ["record", "usage"]


def test_a_form_key_that_was_used_for_something_else_is_refused(target, source):
    key = uuid.uuid4()
    text(target, source, "hello")
    Operation.objects.update(form_key=key)
    with pytest.raises(operations.InvalidParameters, match="already sent"):
        ask(target, source, "sms", {"message": "another"}, form_key=key)
    with pytest.raises(operations.InvalidParameters, match="already sent"):
        activate(target, source, form_key=key)


def test_messages_of_another_organization_on_the_account_are_taken_too(
    target, source, work, provider, config, other_organization, carrier, later
):
    from extensions.core.performing.calling import ask_of
    from iotdash.audit.services import Source

    elsewhere = Source(actor="x@example.com", organization=other_organization.public_id)
    other = configurations.add(other_organization, carrier, "", meterco.SETTINGS, elsewhere)
    text(target, source)
    work()
    mine = Operation.objects.get()
    theirs = Operation(organization=other_organization, config=other, subject="0001", operation_id="sms", kind="write")
    theirs.save()
    assert ask_of(theirs).taken == {mine.reference}


def test_messages_to_other_sims_of_the_same_time_are_taken_too(target, source, work, later):
    """A busy account's list is full of them, and a carrier's client looks at a few only."""
    from extensions.core.performing.calling import ask_of

    def texted(subject: str) -> Operation:
        return text(replace(target, subject=subject), source)

    texted("0002")
    work()
    later(minutes=10)
    texted("0003")
    work()
    lost = texted("0001")
    for subject in ("0002", "0003"):
        assert Operation.objects.filter(subject=subject).exclude(reference="").update(reference=f"of {subject}") == 1
    assert ask_of(lost).taken == {"of 0003"}


def test_an_outcome_and_its_audit_entry_come_together(target, source, work, config, monkeypatch, later):
    from extensions.core.performing import outcomes

    def killed(*args, **kwargs):
        raise SystemExit

    activate(target, source)
    work()
    later(seconds=5)
    monkeypatch.setattr(outcomes, "record", killed)
    with pytest.raises(SystemExit):
        work()
    assert Operation.objects.get().settled_at is None
    assert timezone.now() - Operation.objects.get().asked_at < timedelta(minutes=1)


def test_words_that_no_database_takes_do_not_keep_a_failure_from_being_written_down(target, source, work, provider):
    provider.will["set_state"] = [Refused("No.\0", code="1\0", words="odd \ud800 words")]
    activate(target, source)
    done = work()
    assert (done.state, done.sentence, done.code, done.words) == ("refused", "No.", "1", "odd ? words")


def test_a_throttled_message_that_the_carrier_has_all_the_same_is_not_sent_again(target, source, work, provider, later):
    provider.will["send_sms"] = [Throttled("Too many calls.")]
    provider.will["find_sms"] = [SmsReport("91", SmsState.PENDING, "Pending")]
    text(target, source)
    work()
    later(seconds=15)
    found = work()
    assert (found.reference, provider.calls["send_sms"]) == ("91", 1)
