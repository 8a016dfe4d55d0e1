"""A mail service's page: what became of mail, and the test email with the service's own reply."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import AuthRejected, BadResponse, InboundRecord, Refused, Throttled
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations
from extensions.mailers import testmail, waiting
from extensions.mailers.capability import MailCapability
from extensions.mailers.contract import Delivery, DeliveryEvent, Taken, payload_of
from iotdash.accounts.models import User
from iotdash.audit.models import ActivityEntry
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import Role
from iotdash.runtime.models import OutboxMail

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
State = OutboxMail.State
HTMX = {"headers": {"HX-Request": "true", "HX-Target": "capability-card"}}


@pytest.fixture
def ask(config, owner_client, django_capture_on_commit_callbacks):
    """`ask()` presses the button as the owner does, and gives the page that follows."""

    def press(client=owner_client):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(f"/abc123/extensions/{config.pk}/actions/test/", follow=True)

    return press


@pytest.fixture
def card(config, owner_client):
    return lambda client=owner_client: client.get(f"/abc123/extensions/{config.pk}/", **HTMX).content.decode()


def test_the_test_email_goes_to_who_asked_and_the_reply_is_beside_the_button(post, config, ask, card, run, messages):
    post.will = [Taken("250 2.0.0 Ok: queued as 4B7<b>", "4B7")]
    page = ask().content.decode()
    assert "A test email to owner@example.com is on its way." in page
    assert "The test email is being sent" in page
    assert 'hx-trigger="every 2s"' in page
    assert messages[-1] == (config.lane_id, None)
    run()
    (given,) = post.given
    assert (given.recipient, given.subject, given.category) == ("owner@example.com", "Test email", "test")
    assert "Harbour pumps" in given.text
    assert "Harbour pumps" in given.html
    shown = card()
    assert "PostCo took the test email" in shown
    assert "<q>250 2.0.0 Ok: queued as 4B7&lt;b&gt;</q>" in shown
    assert 'hx-trigger="every 30s"' in shown


def test_the_organizations_name_is_escaped_in_the_html(post, organization, ask, run):
    Organization.objects.update(name="<b>Pumps</b> {0}")
    ask()
    run()
    assert "&lt;b&gt;Pumps&lt;/b&gt; {0}" in post.given[0].html


def test_names_are_one_line_without_addresses_of_the_web(post, organization, owner, ask, run):
    Organization.objects.update(name="Pumps www.evil.example")
    User.objects.filter(pk=owner.pk).update(name="Ada\r\nBcc: all@example.com")
    ask()
    run()
    (given,) = post.given
    assert given.recipient_name == "Ada Bcc: all@example.com"
    assert "mail service of organization abc123." in given.text


@pytest.mark.parametrize("error", [BadResponse, Refused, AuthRejected])
def test_a_test_email_that_is_not_taken_is_tried_once_and_told_in_the_services_words(post, ask, card, run, error):
    post.will = [error("It was not taken.", words="<451> Later")]
    ask()
    run()
    test = OutboxMail.objects.get()
    assert (test.state, test.attempts) == (State.FAILED, 1)
    shown = card()
    assert "The test email was not taken" in shown
    assert "It was not taken. (&lt;451&gt; Later)" in shown


def test_refused_credentials_of_a_test_hold_all_other_mail(post, ask, write, run):
    post.will = [AuthRejected("No.")]
    ask()
    mail = write("ada")
    assert run(mail).state == State.WAITING


def test_a_test_email_that_must_wait_says_so(post, ask, card, run, later):
    post.will = [Throttled("Too many messages.", retry_after=60)]
    ask()
    run()
    shown = card()
    assert "The test email is being sent" in shown
    assert "Too many messages." in shown
    assert "“Post” wants fewer calls for a while. Mail is sent as soon as it can be." in shown


def test_a_test_email_that_waits_for_the_configuration_says_so(post, config, source, ask, card, run):
    ask()
    configurations.pause(config, source)
    waiting.review()
    assert "The test email waits" in card()
    assert "is paused by owner@example.com" in card()


def test_a_test_email_that_nobody_waits_for_any_more_is_withdrawn(post, config, ask, card, run, later):
    ask()
    later(minutes=10, seconds=1)
    run()
    assert (OutboxMail.objects.get().state, post.given) == (State.WITHDRAWN, [])
    assert "It could not be sent within ten minutes and is not wanted any more." in card()


def test_who_is_no_member_any_more_is_sent_nothing(post, ask, run):
    ask()
    Membership.objects.update(blocked_at=timezone.now())
    run()
    assert (OutboxMail.objects.get().state, post.given) == (State.WITHDRAWN, [])


def test_one_test_email_in_ten_seconds(ask, later):
    ask()
    later(seconds=9)
    assert "Wait ten seconds before the next one." in ask().content.decode()
    assert OutboxMail.objects.count() == 1
    later(seconds=2)
    ask()
    assert OutboxMail.objects.count() == 2


def test_two_administrators_do_not_keep_each_other_from_testing(ask, operator, client_of, card):
    Membership.objects.filter(user=operator).update(role=Role.ADMINISTRATOR)
    ask()
    ask(client_of(operator))
    assert OutboxMail.objects.count() == 2


def test_one_sees_ones_own_test_only(ask, operator, client_of, card):
    Membership.objects.filter(user=operator).update(role=Role.ADMINISTRATOR)
    ask()
    assert "The test email is being sent" in card()
    assert "The test email is being sent" not in card(client_of(operator))


def test_the_reply_is_shown_for_an_hour(ask, card, run, later):
    ask()
    run()
    later(minutes=59)
    assert "took the test email" in card()
    later(minutes=2)
    assert "took the test email" not in card()


@pytest.mark.parametrize("who", ["operator", "reader"])
def test_only_an_administrator_may_send_a_test(config, client_of, request, who, ask, card):
    client = client_of(request.getfixturevalue(who))
    assert "Send test email" not in card(client)
    assert ask(client).status_code == 403
    assert OutboxMail.objects.count() == 0


def test_a_paused_configuration_says_so_instead_of_testing(config, source, ask):
    configurations.pause(config, source)
    assert "is paused by owner@example.com. Resume it first." in ask().content.decode()
    assert OutboxMail.objects.count() == 0


def test_a_person_who_tests_does_not_wait_for_a_shut_lane(config, ask):
    lane = type(config.lane).objects.filter(pk=config.lane_id)
    lane.update(block="unreachable", failures=4, blocked_until=timezone.now() + timedelta(minutes=5))
    ask()
    assert not lane.get().shut


def test_there_is_no_other_action(config, owner_client):
    assert owner_client.post(f"/abc123/extensions/{config.pk}/actions/synchronise/").status_code == 404


def test_the_activity_tells_who_tested(ask):
    ask()
    entry = ActivityEntry.objects.get(action="test email asked")
    assert (entry.actor, entry.target) == ("owner@example.com", "Post")


def test_the_card_counts_mail_of_the_organization(post, config, write, card, other_organization, later, run):
    later(seconds=0)
    post.will = [Refused("No such user.")]
    write("ada", "ben", "cy")
    run()
    later(days=1, seconds=1)
    write("dan")
    ExtensionConfig.objects.update(health="needs attention", health_reason="Refused.")
    write("eve", "fay")
    write("mallory", of=other_organization)
    counted = MailCapability().configuration_card(request_of(config), config)[1]["mail"]
    assert (counted["queued"], counted["waiting"], counted["taken"], counted["failed"]) == (0, 3, 0, 0)
    assert counted["waiting_since"] == OutboxMail.objects.get(reference="dan").created_at
    assert "Mail waits until an administrator has mended that." in card()
    assert "the oldest asked for" in card()


def test_the_card_counts_what_was_settled_lately(post, config, write, run):
    post.will = [Refused("No such user.")]
    write("ada", "ben", "cy")
    run()
    counted = MailCapability().configuration_card(request_of(config), config)[1]["mail"]
    assert (counted["queued"], counted["waiting"], counted["taken"], counted["failed"]) == (0, 0, 2, 1)


def request_of(config):
    return SimpleNamespace(user=config.organization.memberships.first().user)


def test_what_the_service_tells_reaches_its_mail(config, write, run):
    mail = run(write("ada"))
    at = timezone.now()
    told = [
        DeliveryEvent(Delivery.DELIVERED, str(mail.public_id), words="250 OK"),
        DeliveryEvent(Delivery.DEFERRED, message_id="m1.filter-2", words="450 later"),
        DeliveryEvent(Delivery.DEFERRED, message_id="never heard of"),
    ]
    records = [InboundRecord(f"event {number}", payload_of(event), at) for number, event in enumerate(told)]
    MailCapability().receive(config, records)
    mail.refresh_from_db()
    assert (mail.state, mail.detail, mail.reported_at) == (State.DELIVERED, "250 OK", at)


def test_what_the_service_tells_of_another_organizations_mail_is_ignored(config, write, run, other_organization):
    theirs = write("eve", of=other_organization)
    event = DeliveryEvent(Delivery.FAILED, str(theirs.public_id), words="550")
    MailCapability().receive(config, [InboundRecord("1", payload_of(event), timezone.now())])
    theirs.refresh_from_db()
    assert theirs.state == State.WAITING


def test_a_deferral_and_a_delivery_of_the_test_are_shown(ask, card, run):
    ask()
    run()
    OutboxMail.objects.update(state=State.DEFERRED, detail="450 greylisted")
    assert "The test email is deferred: <q>450 greylisted</q>" in card()
    OutboxMail.objects.update(state=State.DELIVERED, detail="")
    assert "The test email was delivered." in card()


def test_the_test_has_the_lane_to_itself_before_a_batch(post, config, ask, write, run):
    write(*[f"person{number}" for number in range(20)])
    ask()
    lanes.run(config.lane_id)
    assert post.given[0].category == testmail.KIND
