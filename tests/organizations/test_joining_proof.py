"""An account made from one organization's invitation, and the invitations of others: whose address is it?"""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from iotdash.accounts.models import User
from iotdash.organizations.models import Invitation, Membership
from tests.cast import OrganizationFactory
from tests.organizations.joining_world import (
    ACCOUNT,
    PAGE,
    PASSWORD,
    confirm,
    entries,
    fields_for,
    invite,
    opened,
    text_of,
    unchanged,
)

ASK = "/accounts/address/send/"
ANSWER = "/accounts/address/"
RESET = "/accounts/password/reset/"
OWN = "a password of my own"


@pytest.fixture(autouse=True)
def site_mail(settings):
    settings.SITE_MAIL = True
    settings.PUBLIC_URL = "http://testserver"


@pytest.fixture
def made_elsewhere(other_organization):
    """A browser signed in to the account `new@example.com`, which a link copied by hand made."""
    client = Client()
    invitation = invite(other_organization, copied_by="other-owner@example.com")
    opened(client, invitation, by_hand=True)
    client.post(ACCOUNT, fields_for(invitation))
    return client


@pytest.fixture
def invitation(made_elsewhere, organization):
    return invite(organization)


def link_in_mail() -> str:
    return re.search(r"http://testserver(/accounts/\S+/)\s", mail.outbox[-1].body).group(1)


def test_an_account_of_another_invitation_cannot_join(made_elsewhere, invitation, organization):
    page = text_of(opened(made_elsewhere, invitation))
    assert "Prove your address first" in page
    assert "Send me a link by mail" in page
    assert "Prove your address first" in text_of(confirm(made_elsewhere, invitation))
    assert unchanged(invitation)
    assert not organization.memberships.exists()
    assert entries()[-1][2:] == ("invitation not accepted", str(invitation.pk), {"why": "the address is not proved"})


def test_the_answer_to_a_site_mail_leads_back_and_opens_the_door(made_elsewhere, invitation):
    opened(made_elsewhere, invitation)
    assert made_elsewhere.post(ASK, {"next": PAGE})["Location"] == PAGE
    made_elsewhere.get(link_in_mail())
    assert made_elsewhere.post(ANSWER)["Location"] == PAGE
    assert "Join Harbour pumps?" in text_of(made_elsewhere.get(PAGE))
    assert confirm(made_elsewhere, invitation)["Location"] == "/abc123/"


def test_whoever_made_it_for_a_strangers_address_gets_no_further(made_elsewhere, invitation):
    """They have the account but not its mailbox; the owner of the mailbox opens the mail but has not the account."""
    made_elsewhere.post(ASK)
    owner_of_address = Client()
    owner_of_address.get(link_in_mail())
    owner_of_address.post(ANSWER)
    opened(made_elsewhere, invitation)
    assert "Prove your address first" in text_of(confirm(made_elsewhere, invitation))
    assert unchanged(invitation)


def test_the_owner_of_the_address_takes_the_account_over_and_joins(made_elsewhere, invitation):
    owner_of_address = Client()
    page = text_of(opened(owner_of_address, invitation))
    assert "Sign in as new@example.com" in page
    assert f'href="{RESET}"' in page
    owner_of_address.post(RESET, {"email": "new@example.com"})
    form = owner_of_address.get(link_in_mail(), follow=True)
    owner_of_address.post(form.request["PATH_INFO"], {"password1": OWN, "password2": OWN})
    owner_of_address.post("/accounts/login/", {"login": "new@example.com", "password": OWN, "next": PAGE})
    assert confirm(owner_of_address, invitation)["Location"] == "/abc123/"
    assert made_elsewhere.get("/profile/").status_code == 302, "the old password ended, and its sessions"
    assert Client().post("/accounts/login/", {"login": "new@example.com", "password": PASSWORD}).status_code == 422


def test_a_mailed_link_proves_no_more_than_a_copied_one(client, other_organization, organization):
    """Members of the organization that chose the mail service may read what it sends."""
    first = invite(other_organization)
    opened(client, first)
    client.post(ACCOUNT, fields_for(first))
    assert User.objects.get().address_proved_at is None
    assert "Prove your address first" in text_of(opened(client, invite(organization)))


def test_the_organization_that_made_the_account_may_invite_it_again(made_elsewhere, other_organization):
    Membership.objects.all().delete()
    again = invite(other_organization)
    opened(made_elsewhere, again)
    assert confirm(made_elsewhere, again)["Location"] == "/xyz789/"


def test_who_is_listed_there_counts_there_also_when_the_invitation_was_deleted(made_elsewhere, other_organization):
    Invitation.objects.all().delete()
    Membership.objects.update(expires_at=timezone.now())
    again = invite(other_organization)
    opened(made_elsewhere, again)
    assert confirm(made_elsewhere, again)["Location"] == "/xyz789/"


def test_one_more_organization_does_not_help(made_elsewhere, invitation):
    """The account counts where it was made, not wherever it was also invited."""
    opened(made_elsewhere, invitation)
    confirm(made_elsewhere, invitation)
    third = invite(OrganizationFactory())
    assert "Prove your address first" in text_of(opened(made_elsewhere, third))


def test_without_site_mail_support_staff_can_help(made_elsewhere, invitation, support_client, settings):
    settings.SITE_MAIL = False
    page = text_of(opened(made_elsewhere, invitation))
    assert "vouch for your address" in page
    assert ASK not in page
    person = User.objects.get(email="new@example.com")
    support_client.post("/admin/accounts/user/", {"action": "vouch", "_selected_action": [person.pk]})
    assert confirm(made_elsewhere, invitation)["Location"] == "/abc123/"


def test_without_site_mail_a_forgotten_password_is_for_support_staff(made_elsewhere, invitation, settings):
    settings.SITE_MAIL = False
    page = text_of(opened(Client(), invitation))
    assert "This installation sends no mail" in page
    assert RESET not in page
