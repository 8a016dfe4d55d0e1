"""Joining with an account that exists: the right one, another one, a member, one that may not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from iotdash.accounts.models import User
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import Role
from tests.cast import PASSWORD as OLD_PASSWORD
from tests.cast import MembershipFactory, UserFactory, code_of, with_app
from tests.organizations.joining_world import (
    ACCOUNT,
    PAGE,
    SIGN_OUT,
    accepted,
    confirm,
    entries,
    fields_for,
    invite,
    opened,
    text_of,
    unchanged,
)


@pytest.fixture
def invitation(organization):
    return invite(organization)


@pytest.fixture
def person(db):
    return UserFactory(email="new@example.com", name="Nele")


def test_an_existing_person_signs_in_and_confirms(client, organization, invitation, person):
    page = text_of(opened(client, invitation))
    assert "Sign in as new@example.com" in page
    assert "/accounts/login/?next=/invitations/" in page
    fields = {"login": "new@example.com", "password": OLD_PASSWORD, "next": PAGE}
    assert client.post("/accounts/login/", fields)["Location"] == PAGE
    assert "Join Harbour pumps?" in text_of(client.get(PAGE))
    assert unchanged(invitation)
    assert confirm(client, invitation)["Location"] == "/abc123/"
    membership = Membership.objects.get()
    assert (membership.user, membership.role) == (person, "operator")
    assert entries() == [("abc123", "new@example.com", "invitation accepted", "new@example.com", accepted("operator"))]
    assert client.get(PAGE).status_code == 404, "the browser forgets it"


def test_an_invitation_survives_a_sign_in_with_two_steps(client, invitation, person):
    secret = with_app(person)
    opened(client, invitation)
    client.post("/accounts/login/", {"login": person.email, "password": OLD_PASSWORD, "next": PAGE})
    assert client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})["Location"] == PAGE
    assert "Join Harbour pumps?" in text_of(client.get(PAGE))


def test_an_existing_account_is_not_touched_without_signing_in(client, invitation, person):
    opened(client, invitation)
    for answer in (client.post(ACCOUNT, fields_for(invitation)), confirm(client, invitation)):
        assert "Sign in as new@example.com" in text_of(answer)
    person.refresh_from_db()
    assert person.check_password(OLD_PASSWORD)
    assert unchanged(invitation)


def test_an_address_is_the_same_however_its_domain_is_written(client, organization):
    UserFactory(email="new@bücher.example")
    invitation = invite(organization, "new@bücher.example", email_normalized="new@xn--bcher-kva.example")
    assert "There is an account" in text_of(opened(client, invitation))
    client.force_login(User.objects.get())
    assert confirm(client, invitation)["Location"] == "/abc123/"


def test_an_account_that_is_switched_off_cannot_join(client, invitation, person):
    User.objects.update(is_active=False)
    answer = opened(client, invitation)
    assert answer.status_code == 403
    assert "This account is switched off" in text_of(answer)
    assert client.post(ACCOUNT, fields_for(invitation)).status_code == 403
    assert unchanged(invitation)


def test_another_account_is_not_attached(stranger_client, stranger, invitation):
    page = text_of(opened(stranger_client, invitation))
    assert "This invitation is for somebody else" in page
    assert "stranger@example.com" in page
    assert "new@example.com" in page
    for answer in (confirm(stranger_client, invitation), stranger_client.post(ACCOUNT, fields_for(invitation))):
        assert "This invitation is for somebody else" in text_of(answer)
    assert unchanged(invitation)
    assert not stranger.memberships.exists()
    assert User.objects.count() == 1


def test_who_failed_is_not_told_to_the_organization(stranger_client, invitation):
    opened(stranger_client, invitation)
    confirm(stranger_client, invitation)
    why = {"why": "signed in with another address"}
    assert entries() == [("abc123", "somebody with the link", "invitation not accepted", str(invitation.pk), why)]


def test_signing_out_comes_back_to_the_invitation(stranger_client, invitation):
    opened(stranger_client, invitation)
    assert stranger_client.post(SIGN_OUT)["Location"] == PAGE
    assert "Make the account and join" in text_of(stranger_client.get(PAGE))
    assert stranger_client.get("/profile/").status_code == 302
    assert stranger_client.post(ACCOUNT, fields_for(invitation))["Location"] == "/abc123/"


def test_a_member_keeps_the_role_and_the_invitation_is_settled(client, organization, invitation, person):
    MembershipFactory(organization=organization, user=person, role=Role.READER)
    client.force_login(person)
    page = text_of(opened(client, invitation))
    assert "You are a member already" in page
    assert "You stay Reader" in page
    assert unchanged(invitation)
    assert confirm(client, invitation)["Location"] == "/abc123/"
    membership = Membership.objects.get()
    assert (membership.role, membership.expires_at) == ("reader", None)
    invitation.refresh_from_db()
    assert (invitation.status, invitation.accepted_by) == ("accepted", person)
    assert entries()[-1][4] == accepted("reader", membership="kept as it was")


def test_a_blocked_member_stays_blocked(client, organization, invitation, person):
    MembershipFactory(organization=organization, user=person, blocked_at=timezone.now(), blocked_by="owner@example.com")
    client.force_login(person)
    answer = opened(client, invitation)
    assert answer.status_code == 403
    assert "You are blocked there" in text_of(answer)
    assert confirm(client, invitation).status_code == 403
    assert Membership.objects.get().blocked
    assert unchanged(invitation)


def test_a_membership_that_had_expired_begins_anew(client, organization, person):
    ends = timezone.now() + timedelta(days=30)
    invitation = invite(organization, member_expires_at=ends)
    MembershipFactory(organization=organization, user=person, role=Role.READER, expires_at=timezone.now())
    client.force_login(person)
    opened(client, invitation)
    confirm(client, invitation)
    membership = Membership.objects.get()
    assert (membership.role, membership.expires_at) == ("operator", ends)
