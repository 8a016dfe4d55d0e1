"""A membership may end before it was accepted: nobody is sent, or given, a link that leads nowhere."""

import datetime as dt
import re

import pytest
import time_machine

from iotdash.organizations.invitations import queries, services
from iotdash.organizations.invitations.errors import InvitationRefused
from iotdash.organizations.models import Invitation
from iotdash.runtime.models import OutboxMail
from tests.organizations.invitation_world import as_sent, composed

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
URL = "/abc123/members/invitations/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def invitation(transport, source, membership) -> Invitation:
    """To be a member until two in the afternoon."""
    return services.invite(source, membership, "new@example.com", "reader", member_expires_at=NOON + 2 * HOUR)


def test_its_mail_is_no_longer_wanted(invitation, clock):
    clock.move_to(NOON + 2 * HOUR - dt.timedelta(seconds=1))
    assert composed(invitation.mail)
    clock.move_to(NOON + 2 * HOUR)
    assert composed(invitation.mail) is None


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("act", [services.resend, services.copy_link])
def test_there_is_no_link_for_it(invitation, source, membership, clock, act, sent):
    if sent:
        as_sent(invitation.mail)
    clock.move_to(NOON + 2 * HOUR)
    with pytest.raises(InvitationRefused, match="would have ended already"):
        act(source, membership, invitation)
    assert OutboxMail.objects.count() == 1


@pytest.mark.parametrize("sent", [True, False])
def test_it_is_shown_as_expired_and_why(invitation, owner_client, clock, sent):
    if sent:
        as_sent(invitation.mail)
    assert shown_as(invitation) == {"pending"}
    clock.move_to(NOON + 3 * HOUR)
    assert shown_as(invitation) == {"expired"}
    page = " ".join(re.sub(r"<[^>]+>", " ", owner_client.get(URL).content.decode()).split())
    assert "Expired the membership would have ended" in page
    assert [each for each in ("Resend", "Copy link", "Revoke", "Delete") if each in page] == ["Revoke", "Delete"]


def shown_as(invitation) -> set[str]:
    [shown] = queries.invitations(invitation.organization)
    states = ("pending", queries.ENDING, "expired", "accepted", "revoked")
    listed = queries.invitations(invitation.organization)
    found = {each for each in states if listed.filter(queries.in_state(each)).exists()}
    assert queries.shown_state(shown) in found
    return found


def test_the_address_is_invited_anew_in_its_place(invitation, source, membership, clock):
    clock.move_to(NOON + 2 * HOUR)
    again = services.invite(source, membership, "new@example.com", "reader", member_expires_at=NOON + 48 * HOUR)
    assert again.pk == invitation.pk
    assert composed(again.mail)
    assert OutboxMail.objects.order_by("pk").first().state == "withdrawn"


def test_it_can_be_deleted(invitation, source, membership, clock):
    clock.move_to(NOON + 2 * HOUR)
    services.delete(source, membership, invitation)
    assert not Invitation.objects.exists()
    assert OutboxMail.objects.get().state == "withdrawn"
