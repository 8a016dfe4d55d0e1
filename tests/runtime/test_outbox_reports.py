"""What a service reports later: matched to its mail, in the service's own order, whatever order it comes in."""

from datetime import UTC, datetime, timedelta

import pytest

from iotdash.runtime import outbox
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import keeping, progress, reports
from iotdash.runtime.outbox.reports import Report

pytestmark = pytest.mark.django_db
State = OutboxMail.State
SENT_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_day_later(time_machine):
    time_machine.move_to(SENT_AT + timedelta(days=1))


@pytest.fixture
def mail():
    return OutboxMail.objects.create(
        organization="abc123",
        kind="letter",
        reference="ada",
        state=State.SENT,
        detail="202 Accepted",
        provider_message_id="kX9.v-2",
        sent_at=SENT_AT,
        settled_at=SENT_AT,
    )


def told(mail, *events: tuple[State, int, str]) -> tuple[str, str]:
    """Notes events of (state, seconds after sending, words); what the mail then is."""
    for state, seconds, words in events:
        at = SENT_AT + timedelta(seconds=seconds)
        reports.note("abc123", Report(state, str(mail.public_id), words=words, at=at))
    mail.refresh_from_db()
    return mail.state, mail.detail


PROCESSED, DEFERRED = (State.SENT, 1, ""), (State.DEFERRED, 60, "450 later")
DELIVERED, BOUNCED = (State.DELIVERED, 120, "250 OK"), (State.FAILED, 600, "550 no such user")


def test_each_event_changes_the_state_with_the_services_words(mail):
    assert told(mail, PROCESSED) == (State.SENT, "202 Accepted")
    assert told(mail, DEFERRED) == (State.DEFERRED, "450 later")
    assert told(mail, DELIVERED) == (State.DELIVERED, "250 OK")
    assert told(mail, BOUNCED) == (State.FAILED, "550 no such user")
    assert mail.reported_at == SENT_AT + timedelta(seconds=600)
    assert (mail.sent_at, mail.settled_at) == (SENT_AT, SENT_AT)


def test_words_of_an_earlier_state_do_not_stay(mail):
    assert told(mail, DEFERRED, (State.DELIVERED, 120, "")) == (State.DELIVERED, "")


@pytest.mark.parametrize("late", [PROCESSED, DEFERRED, (State.DEFERRED, 180, "450 later"), (State.SENT, 180, "")])
def test_delivered_is_not_undone_by_a_late_report(mail, late):
    assert told(mail, DELIVERED, late) == (State.DELIVERED, "250 OK")


def test_reports_of_the_same_second_end_the_same_in_any_order(mail):
    together = [(State.SENT, 1, ""), (State.DELIVERED, 1, "250 OK")]
    assert told(mail, *together) == told(mail, *reversed(together)) == (State.DELIVERED, "250 OK")


def test_a_failure_that_is_older_than_the_delivery_does_not_count(mail):
    assert told(mail, DELIVERED, (State.FAILED, 90, "blocked")) == (State.DELIVERED, "250 OK")


def test_a_delivery_after_a_failure_counts(mail):
    assert told(mail, (State.FAILED, 90, "blocked"), DELIVERED) == (State.DELIVERED, "250 OK")


def test_a_report_that_is_repeated_changes_nothing(mail):
    assert told(mail, DELIVERED, BOUNCED, DELIVERED, BOUNCED) == (State.FAILED, "550 no such user")


@pytest.mark.parametrize(("message_id", "known"), [("kX9.v-2", True), ("kX9.v-2.recvd-5-1", True), ("kX9", False)])
def test_mail_is_known_by_the_services_own_id_or_how_it_begins(mail, message_id, known):
    assert reports.note("abc123", Report(State.DELIVERED, message_id=message_id, at=SENT_AT)) is known


@pytest.mark.parametrize(
    "named",
    [
        {"mail_id": "1b4e28ba-2fa1-11d2-883f-0016d3cca427"},
        {"mail_id": "no id at all"},
        {"message_id": "unheard of"},
        {},
    ],
)
def test_reports_of_unknown_mail_are_ignored(mail, named):
    assert not reports.note("abc123", Report(State.DELIVERED, **named, at=SENT_AT))


def test_an_id_that_is_none_of_ours_leaves_the_services_own(mail):
    """It gave the message an id where ours is looked for."""
    assert reports.note("abc123", Report(State.DELIVERED, "14c5d75ce93.dfd", "kX9.v-2", at=SENT_AT))


@pytest.mark.parametrize("message_id", ["", ".", ".recvd-5-1"])
def test_mail_without_an_id_of_the_service_is_not_found_by_an_empty_one(mail, message_id):
    OutboxMail.objects.update(provider_message_id="")
    assert not reports.note("abc123", Report(State.FAILED, message_id=message_id, at=SENT_AT))


def test_another_organization_says_nothing_about_our_mail(mail):
    for named in ({"mail_id": str(mail.public_id)}, {"message_id": "kX9.v-2"}):
        assert not reports.note("xyz789", Report(State.FAILED, **named, at=SENT_AT))


def test_a_report_of_mail_whose_answer_was_lost_keeps_it_from_being_sent_twice(mail):
    OutboxMail.objects.update(state=State.QUEUED, settled_at=None, sent_at=None, holder="runner")
    assert told(mail, DELIVERED) == (State.DELIVERED, "250 OK")
    assert mail.sent_at == SENT_AT + timedelta(seconds=120)
    assert mail.settled_at is not None
    assert not progress.queued(["abc123"]).exists()


def test_what_we_gave_up_was_perhaps_delivered_all_the_same(mail):
    OutboxMail.objects.update(state=State.FAILED)
    assert told(mail, DELIVERED)[0] == State.DELIVERED


def test_withdrawn_mail_stays_withdrawn(mail):
    OutboxMail.objects.update(state=State.WITHDRAWN)
    assert told(mail, DELIVERED)[0] == State.WITHDRAWN


def test_a_report_without_a_time_is_of_now(mail, time_machine):
    time_machine.move_to(SENT_AT + timedelta(minutes=5), tick=False)
    reports.note("abc123", Report(State.DELIVERED, str(mail.public_id)))
    mail.refresh_from_db()
    assert mail.reported_at == SENT_AT + timedelta(minutes=5)


def test_a_report_from_the_future_is_of_now_and_does_not_outrank_what_follows(mail, time_machine):
    time_machine.move_to(SENT_AT + timedelta(minutes=1), tick=False)
    assert told(mail, (State.DEFERRED, 86_400, "450 later")) == (State.DEFERRED, "450 later")
    assert mail.reported_at == SENT_AT + timedelta(minutes=1)
    time_machine.move_to(SENT_AT + timedelta(minutes=3), tick=False)
    assert told(mail, DELIVERED) == (State.DELIVERED, "250 OK")


def test_settled_mail_is_forgotten_after_its_days_and_open_mail_never(mail, settings, time_machine):
    waiting = outbox.queue("abc123", "letter", "ben")
    settings.IOTDASH_MAIL_DAYS = 90
    time_machine.move_to(SENT_AT + timedelta(days=90), tick=False)
    keeping.forget_old()
    assert OutboxMail.objects.count() == 2
    time_machine.move_to(SENT_AT + timedelta(days=90, seconds=1), tick=False)
    keeping.forget_old()
    assert list(OutboxMail.objects.all()) == [waiting]


@pytest.mark.parametrize("days", [0, -1])
def test_a_day_of_it_is_always_kept(mail, settings, time_machine, days):
    settings.IOTDASH_MAIL_DAYS = days
    time_machine.move_to(SENT_AT + timedelta(hours=24), tick=False)
    keeping.forget_old()
    assert OutboxMail.objects.exists()
