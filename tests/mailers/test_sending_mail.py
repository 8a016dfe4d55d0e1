"""What becomes of one message: every answer and every error of a mail service."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    PermissionDenied,
    QuotaSpent,
    Refused,
    Throttled,
)
from extensions.core.models import ExtensionConfig, Health
from extensions.core.services import configurations
from extensions.mailers.contract import Taken
from extensions.mailers.sources import source as work_source
from iotdash.audit.models import ActivityEntry
from iotdash.runtime import leases, outbox
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import composers, progress

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
State = OutboxMail.State


@pytest.fixture(autouse=True)
def even(monkeypatch):
    """No chance in the distances between attempts."""
    monkeypatch.setattr(progress.random, "uniform", lambda low, high: 1)


def in_(mail, **span) -> bool:
    return mail.next_attempt_at == timezone.now() + timedelta(**span)


def test_a_message_is_taken_and_the_services_words_are_kept(post, later, write, run):
    post.will = [Taken("250 2.0.0 Ok: queued as 4B7", "4B7")]
    mail = run(write("ada"))
    assert (mail.state, mail.detail, mail.provider_message_id) == (State.SENT, "250 2.0.0 Ok: queued as 4B7", "4B7")
    assert mail.sent_at == mail.settled_at == timezone.now()
    assert (mail.attempts, mail.holder) == (1, "")


def test_the_provider_is_given_the_whole_message_and_the_secrets(post, write, run):
    mail = run(write("ada"))
    (given,) = post.given
    assert given.mail_id == str(mail.public_id)
    assert (given.recipient, given.subject, given.text, given.html) == (
        "ada@example.com",
        "Hello",
        "Hello.",
        "<p>Hello.</p>",
    )
    assert given.labels == {"attempt": "1"}
    assert post.settings["key"] == "s3cret-key"


def test_a_taken_message_is_never_sent_again(post, later, write, run):
    mail = write("ada")
    run(mail)
    later(days=2)
    run(mail)
    assert len(post.given) == 1


def test_the_configuration_is_connected_after_a_message(config, write, run):
    ExtensionConfig.objects.update(health=Health.UNREACHABLE)
    run(write("ada"))
    config.refresh_from_db()
    assert config.health == Health.CONNECTED


def test_words_that_no_database_takes_are_kept_without_them(post, write, run):
    post.will = [Taken("250 O\0k \ud800" + "x" * 600)]
    mail = run(write("ada"))
    assert mail.state == State.SENT
    assert mail.detail.startswith("250 Ok ?x")
    assert len(mail.detail) == 500


TEMPORARY = {
    "the service's own fault": lambda: BadResponse("The service failed."),
    "no connection": lambda: CannotConnect("No connection."),
    "refused for now": lambda: Refused("The mailbox is full.", later=True),
    "an answer that was lost": lambda: Refused("Broken off.", may_have_happened=True),
}


@pytest.mark.parametrize("error", TEMPORARY.values(), ids=TEMPORARY)
def test_a_temporary_error_is_tried_four_times_more_at_growing_distances(post, later, write, run, error):
    mail = write("ada")
    for seconds in (30, 120, 600, 1800):
        post.will = [error()]
        run(mail)
        assert (mail.state, mail.settled_at) == (State.QUEUED, None)
        assert in_(mail, seconds=seconds)
        later(seconds=seconds - 1)
        run(mail)
        later(seconds=1)
    post.will = [error()]
    run(mail)
    assert (mail.state, mail.settled_at) == (State.FAILED, timezone.now())
    assert len(post.given) == mail.attempts == 5
    assert mail.detail == error().sentence


def test_a_later_attempt_may_succeed(post, later, write, run):
    post.will = [BadResponse("The service failed.", words="451 Local error")]
    mail = run(write("ada"))
    assert mail.detail == "The service failed. (451 Local error)"
    later(seconds=30)
    assert (run(mail).state, mail.detail) == (State.SENT, "250 Ok: queued as 2")


def test_the_distances_differ_by_a_fifth(monkeypatch, post, later, write, run):
    asked = []
    monkeypatch.setattr(progress.random, "uniform", lambda low, high: asked.append((low, high)) or high)
    post.will = [BadResponse("The service failed.")]
    assert in_(run(write("ada")), seconds=36)
    assert asked == [(0.8, 1.2)]


def test_a_refused_message_fails_at_once_with_the_services_words(post, later, write, run):
    post.will = [Refused("The mail server refused the recipient.", words="550 5.1.1 No such user")]
    mail = run(write("ada"))
    assert (mail.state, mail.attempts, mail.settled_at) == (State.FAILED, 1, timezone.now())
    assert mail.detail == "The mail server refused the recipient. (550 5.1.1 No such user)"


@pytest.mark.parametrize("refusal", [Refused, AuthRejected])
def test_a_link_that_the_services_words_quote_is_kept_nowhere(post, config, write, run, refusal):
    signed = f"eyJpIjoiMSJ9:{'k' * 43}"
    post.will = [refusal("It is refused.", words=f"550 https://iot.example.com/invitations/{signed}/ is listed")]
    run(write("ada"))
    assert "550 https://iot.example.com/invitations/***/ is listed" in str(OutboxMail.objects.values())
    for model in (OutboxMail, ExtensionConfig, ActivityEntry):
        assert signed not in str(list(model.objects.values()))


def test_an_id_of_the_service_that_looks_like_a_secret_is_kept_whole(post, write, run):
    """Reports name the message by it."""
    given = f"0102018d-{'5f' * 16}"
    post.will = [Taken("250 Ok", given)]
    assert run(write("ada")).provider_message_id == given


def test_a_service_that_forbids_the_message_fails_it(post, write, run):
    post.will = [PermissionDenied("Not this one.")]
    assert run(write("ada")).state == State.FAILED


def test_a_refused_message_keeps_no_other_from_being_sent(post, config, write, run):
    post.will = [Refused("No such user.")]
    write("ada", "ben")
    run()
    assert post.recipients == ["ada@example.com", "ben@example.com"]
    config.refresh_from_db()
    assert config.health == Health.CONNECTED


def test_a_throttled_message_waits_its_time_and_uses_up_no_attempt(post, later, write, run):
    post.will = [Throttled("Too fast.", retry_after=90)]
    mail = run(write("ada"))
    assert (mail.state, mail.attempts, mail.detail) == (State.QUEUED, 0, "Too fast.")
    assert in_(mail, seconds=90)
    later(seconds=89)
    run(mail)
    assert len(post.given) == 1
    later(seconds=1)
    assert run(mail).state == State.SENT


def test_a_message_that_is_throttled_again_and_again_never_fails(post, later, write, run):
    mail = write("ada")
    post.will = [Throttled("Too fast.", retry_after=3600) for _ in range(10)]
    for _ in range(10):
        run(mail)
        later(hours=1)
    assert run(mail).state == State.SENT


def test_a_spent_quota_keeps_the_message_until_it_is_given_back(post, later, write, run):
    until = timezone.now() + timedelta(hours=5)
    post.will = [QuotaSpent("None left today.", until=until)]
    mail = run(write("ada"))
    assert (mail.state, mail.attempts, mail.next_attempt_at) == (State.QUEUED, 0, until)
    later(hours=5)
    assert run(mail).state == State.SENT


def test_while_nobody_can_be_reached_no_attempts_are_used_up(post, config, later, write, run):
    post.will = [CannotConnect("No connection.") for _ in range(3)]
    write("ada", "ben", "cy")
    for _ in range(3):
        run()
        later(seconds=2)
    assert [mail.attempts for mail in OutboxMail.objects.order_by("id")] == [1, 1, 0]
    config.lane.refresh_from_db()
    assert config.lane.shut
    assert OutboxMail.objects.get(reference="ben").next_attempt_at >= config.lane.blocked_until


def test_an_attempt_is_not_before_the_lane_opens(post, config, later, write, run):
    lanes.note_failure(config.lane_id, Throttled("Too fast.", retry_after=300))
    type(config.lane).objects.update(blocked_until=None)
    post.will = [lambda: shut(config)]
    mail = run(write("ada"))
    config.lane.refresh_from_db()
    assert mail.next_attempt_at == config.lane.blocked_until > timezone.now() + timedelta(seconds=60)


def shut(config):
    type(config.lane).objects.update(last_call_seconds=200)
    raise CannotConnect("No answer.")


def test_a_bug_of_the_provider_is_tried_again_and_told(post, write, run):
    post.will = [ZeroDivisionError()]
    mail = run(write("ada"))
    assert (mail.state, mail.attempts) == (State.QUEUED, 1)
    assert "PostCo failed unexpectedly" in mail.detail


def test_a_bug_of_the_composer_is_tried_again_and_keeps_no_other_from_being_sent(monkeypatch, post, write, run):
    monkeypatch.setitem(composers._composers, "broken", lambda mail: 1 / 0)
    broken = outbox.queue("abc123", "broken", "x")
    other = run(write("ada"))
    broken.refresh_from_db()
    assert other.state == State.SENT
    assert (broken.state, broken.attempts, broken.holder) == (State.QUEUED, 1, "")
    assert broken.detail.startswith("The message could not be put together.")


def test_a_kind_that_nobody_composes_is_no_end_of_the_lane(post, write, run):
    outbox.queue("abc123", "unknown", "x")
    assert run(write("ada")).state == State.SENT


def test_a_message_that_nobody_wants_any_more_is_withdrawn(post, unwanted, later, write, run):
    unwanted.add("ada")
    mail = run(write("ada"))
    assert (mail.state, mail.settled_at, post.given) == (State.WITHDRAWN, timezone.now(), [])


def test_a_message_that_is_withdrawn_while_it_is_sent_stays_so(post, write, run):
    mail = write("ada")
    post.will = [lambda: outbox.withdraw(mail) or Taken("250 Ok")]
    assert run(mail).state == State.WITHDRAWN


def test_a_message_is_composed_anew_for_each_attempt(post, later, write, run):
    post.will = [BadResponse("The service failed.")]
    mail = write("ada")
    run(mail)
    later(seconds=30)
    run(mail)
    assert [given.labels["attempt"] for given in post.given] == ["1", "2"]
    assert len({given.mail_id for given in post.given}) == 1


def test_a_lane_that_was_lost_sends_the_message_another_time(post, config, later, write, run):
    def lost():
        raise lanes.LaneLost

    post.will = [lost]
    mail = run(write("ada"))
    assert (mail.state, mail.attempts) == (State.SENT, 1)


def test_what_a_killed_runner_held_is_sent_again(post, config, later, write, run):
    mail = write("ada")
    leases.acquire("lane of a dead runner", "dead", 20)
    assert progress.take(mail, "dead", progress.Q())
    later(seconds=19)
    assert run(mail).state == State.QUEUED
    assert post.given == []
    later(seconds=2)
    assert config.lane_id in work_source.due_lanes(timezone.now())
    assert (run(mail).state, mail.attempts) == (State.SENT, 2)


@pytest.mark.parametrize(("answer", "state"), [(Taken("250 Ok"), State.SENT), (BadResponse("Later."), State.QUEUED)])
def test_a_runner_that_seemed_dead_does_not_undo_what_its_successor_noted(post, later, write, run, answer, state):
    mail = write("ada")
    assert progress.take(mail, "slow", progress.Q())
    seen_by_slow = OutboxMail.objects.get(pk=mail.pk)
    later(seconds=30)
    post.will = [answer]
    run(mail)
    progress.note_failed(seen_by_slow, "No answer.")
    mail.refresh_from_db()
    assert mail.state == state


def test_a_message_is_no_business_of_a_configuration_that_was_paused_a_moment_ago(post, config, source, write):
    mail = write("ada")
    work = work_source.next(config.lane_id, timezone.now())
    configurations.pause(config, source)
    turn = lanes.Turn(config.lane_id)
    assert turn.hold()
    work.run(turn)
    mail.refresh_from_db()
    assert (post.given, mail.holder, mail.attempts) == ([], "", 0)


def test_calls_are_counted_for_people_and_for_the_configuration(config, write):
    write("ada")
    work = work_source.next(config.lane_id, timezone.now())
    assert (work.config_id, work.purpose) == (config.pk, lanes.Purpose.PEOPLE)


def test_a_health_note_of_replaced_credentials_does_not_hold_the_mail(post, config, source, later, write, run):
    def replace_then_refuse():
        configurations.replace_settings(config, {**post.settings, "key": "another"}, source)
        raise AuthRejected("Refused.")

    post.will = [replace_then_refuse]
    mail = run(write("ada"))
    assert mail.state == State.QUEUED
    config.refresh_from_db()
    assert config.health != Health.NEEDS_ATTENTION
    lanes.run(config.lane_id)
    mail.refresh_from_db()
    assert mail.state == State.SENT
