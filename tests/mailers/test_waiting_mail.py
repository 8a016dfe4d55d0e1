"""Mail that waits for its configuration: visibly, however long, and no longer than it must."""

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from extensions.core import health, lanes, registry
from extensions.core.contract import AuthRejected
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations, connection_checks
from extensions.mailers import waiting
from extensions.mailers.sources import source as work_source
from iotdash.runtime import leases, outbox
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import progress
from tests.mailers import postco

pytestmark = pytest.mark.django_db
State = OutboxMail.State
REFUSED = AuthRejected("The mail server refused the user name or password.", words="535 5.7.8 Authentication failed")


@pytest.fixture
def refused(post, write, run):
    """Two letters, of which the first found out that the credentials are refused."""
    post.will = [REFUSED]
    write("ada", "ben")
    run()
    return OutboxMail.objects.order_by("id")


def states(mails) -> list[str]:
    return [mail.state for mail in mails.all()]


def test_refused_credentials_hold_all_mail_and_say_why(refused, config):
    config.refresh_from_db()
    assert config.health == "needs attention"
    assert states(refused) == [State.WAITING, State.WAITING]
    for mail in refused.all():
        assert (mail.attempts, mail.settled_at, mail.holder) == (0, None, "")
        assert mail.detail == (
            "“Post” needs attention. Mail waits until an administrator has mended that. "
            "The mail server refused the user name or password. (535 5.7.8 Authentication failed)"
        )


def test_nothing_is_asked_while_mail_waits(refused, post, later, run, messages):
    later(days=3)
    assert work_source.due_lanes(timezone.now()) == set()
    waiting.review()
    run()
    assert len(post.given) == 1
    assert states(refused) == [State.WAITING, State.WAITING]


def test_mended_credentials_send_it_at_once_with_all_attempts_anew(
    refused, post, config, source, later, messages, django_capture_on_commit_callbacks
):
    later(days=1)
    OutboxMail.objects.update(attempts=4)
    config.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        configurations.replace_settings(config, postco.SETTINGS | {"key": "new"}, source)
    assert messages[-1] == (config.lane_id, None)
    lanes.run(config.lane_id)
    # A lane that nothing has proved is tried with one piece of work at a time.
    lanes.run(config.lane_id)
    assert states(refused) == [State.SENT, State.SENT]
    assert {mail.attempts for mail in refused.all()} == {1}
    assert refused[0].detail.startswith("250 Ok")


def test_a_check_that_succeeds_sends_it_too(refused, config, organization, source):
    config.refresh_from_db()
    connection_checks.ask(organization, registry.manifest("postco"), postco.SETTINGS, source, config)
    lanes.run(config.lane_id)
    lanes.run(config.lane_id)
    assert states(refused) == [State.SENT, State.SENT]


def test_mail_of_a_paused_configuration_waits_until_it_is_resumed(post, config, source, write, run):
    configurations.pause(config, source)
    mail = write("ada")
    assert mail.state == State.WAITING
    assert mail.detail == "“Post” is paused by owner@example.com. Mail waits until it is resumed."
    configurations.resume(config, source)
    assert run(mail).state == State.SENT


def test_mail_that_was_queued_before_the_pause_waits_after_the_next_sweep(config, source, write):
    mail = write("ada")
    configurations.pause(config, source)
    waiting.review()
    mail.refresh_from_db()
    assert mail.state == State.WAITING


def test_mail_waits_while_secrets_cannot_be_read(post, config, write, run, settings):
    keys, settings.IOTDASH_SECRET_KEYS = settings.IOTDASH_SECRET_KEYS, [Fernet.generate_key().decode()]
    mail = run(write("ada"))
    assert (mail.state, post.given, mail.attempts) == (State.WAITING, [], 0)
    assert mail.detail.startswith("The secrets of “Post” cannot be read. Mail waits until they can.")
    settings.IOTDASH_SECRET_KEYS = keys
    config.refresh_from_db()
    health.note_readable(config)
    assert run(mail).state == State.SENT


def test_mail_of_an_organization_without_a_service_waits_for_one(post, organization, write, add_config):
    mail = write("ada")
    assert mail.state == State.WAITING
    assert mail.detail == "The extension PostCo is not set up. Mail waits until an administrator has done that."
    config = add_config(organization)
    lanes.run(config.lane_id)
    mail.refresh_from_db()
    assert mail.state == State.SENT


def test_mail_of_a_removed_configuration_waits_for_another(post, config, organization, source, write, add_config):
    mail = write("ada")
    configurations.remove(config, source)
    waiting.review()
    mail.refresh_from_db()
    assert mail.state == State.WAITING
    lanes.run(add_config(organization).lane_id)
    mail.refresh_from_db()
    assert mail.state == State.SENT


def test_what_a_killed_runner_held_of_a_removed_configuration_waits_too(config, source, later, write):
    mail = write("ada")
    leases.acquire("lane of a dead runner", "dead", 20)
    progress.take(mail, "dead", progress.Q())
    configurations.remove(config, source)
    waiting.review()
    mail.refresh_from_db()
    assert (mail.state, mail.holder) == (State.QUEUED, "dead")
    later(seconds=21)
    waiting.review()
    mail.refresh_from_db()
    assert (mail.state, mail.holder) == (State.WAITING, "")


def test_the_sweep_finds_mail_that_waits_without_need(config, write):
    mail = write("ada")
    progress.hold("abc123", "For nothing.")
    assert work_source.due_lanes(timezone.now()) == {config.lane_id}
    waiting.review()
    mail.refresh_from_db()
    assert (mail.state, mail.detail) == (State.QUEUED, "")


def test_mail_of_others_is_left_alone(post, organization, other_organization, add_config, write):
    mine = write("ada")
    theirs = write("eve", of=other_organization)
    add_config(organization)
    waiting.review()
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.state, theirs.state) == (State.QUEUED, State.WAITING)


def test_waiting_mail_can_be_withdrawn(post, write):
    mail = write("ada")
    outbox.withdraw(mail)
    mail.refresh_from_db()
    assert (mail.state, mail.detail) == (State.WITHDRAWN, "")


# --- What an organization is told ----------------------------------------------------------------------------------


def test_without_a_mail_service_nothing_is_offered(organization, monkeypatch):
    monkeypatch.setattr(registry, "_manifests", {})
    said = outbox.availability("abc123")
    assert (said.offered, said.ready, said.url) == (False, False, "")
    assert said.sentence == "No mail service is installed on this server."


def test_a_service_that_is_not_set_up_is_not_offered_and_the_page_is_named(post, organization):
    said = outbox.availability("abc123")
    assert (said.offered, said.ready) == (False, False)
    assert said.url == "/abc123/extensions/add/postco/"
    assert said.sentence.startswith("The extension PostCo is not set up.")


def test_a_service_that_works_is_ready(config):
    said = outbox.availability("abc123")
    assert (said.offered, said.ready, said.sentence) == (True, True, "")
    assert said.url == f"/abc123/extensions/{config.pk}/"


OBSTACLES = {
    "needs attention": "“Post” needs attention. Mail waits until an administrator has mended that. No.",
    "unreachable": "“Post” cannot be reached. Mail is sent as soon as it can be. No.",
    "throttled": "“Post” wants fewer calls for a while. Mail is sent as soon as it can be. No.",
    "quota spent": "“Post” has used up its allowance for now. Mail is sent as soon as it can be. No.",
}


@pytest.mark.parametrize(("state", "sentence"), OBSTACLES.items(), ids=OBSTACLES)
def test_a_service_in_trouble_is_offered_and_not_ready(config, state, sentence):
    ExtensionConfig.objects.update(health=state, health_reason="No.")
    said = outbox.availability("abc123")
    assert (said.offered, said.ready, said.sentence) == (True, False, sentence)


def test_a_service_that_nothing_has_checked_yet_is_ready(post, organization, source, write):
    config = configurations.add(organization, registry.manifest("postco"), "Post", postco.SETTINGS, source)
    assert outbox.availability("abc123").ready
    mail = write("ada")
    lanes.run(config.lane_id)
    mail.refresh_from_db()
    assert mail.state == State.SENT


def test_queued_mail_wakes_the_lane_for_people_once_it_is_committed(config, messages, write):
    messages.clear()
    write("ada", "ben")
    config.lane.refresh_from_db()
    assert config.lane.people_since is not None
    assert messages == [(config.lane_id, None)]


def test_the_other_organizations_service_is_nothing_to_us(post, other_organization, add_config, organization):
    add_config(other_organization)
    assert not outbox.availability("abc123").offered
