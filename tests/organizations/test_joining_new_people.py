"""Opening the link of an invitation, and joining with a new account."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from iotdash.accounts.models import User
from iotdash.organizations.models import Invitation, Membership
from iotdash.organizations.roles import Role
from tests.organizations.joining_world import (
    ACCOUNT,
    PAGE,
    PASSWORD,
    accepted,
    entries,
    fields_for,
    invite,
    opened,
    path_of,
    text_of,
    unchanged,
)


@pytest.fixture
def invitation(organization):
    return invite(organization)


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(client, invitation, method):
    before = list(Invitation.objects.values()), list(User.objects.values()), list(Membership.objects.values())
    answer = getattr(client, method)(path_of(invitation))
    assert answer["Location"] == PAGE
    getattr(client, method)(PAGE)
    assert before == (list(Invitation.objects.values()), list(User.objects.values()), list(Membership.objects.values()))
    assert entries() == []


def test_the_page_shows_what_one_is_invited_to(client, organization):
    invitation = invite(organization, member_expires_at=timezone.now() + timedelta(days=30))
    with time_machine.travel(invitation.created_at, tick=False):
        text = text_of(opened(client, invitation))
    for words in ("Harbour pumps", "Olga Owner", "Operator", "new@example.com"):
        assert words in text
    assert invitation.member_expires_at.strftime("%-d %b %Y, %H:%M") in text
    assert invitation.token_expires_at.strftime("%-d %b %Y, %H:%M") in text


def test_without_a_name_the_inviter_is_an_address(client, organization):
    assert "owner@example.com" in text_of(opened(client, invite(organization, inviter_name="")))


def test_a_new_person_makes_an_account_and_is_in(client, organization, invitation):
    page = text_of(opened(client, invitation))
    assert 'value="new@example.com"' in page
    assert "at least 12 characters" in page
    answer = client.post(ACCOUNT, fields_for(invitation))
    assert answer["Location"] == "/abc123/"
    assert "You are a member of Harbour pumps as Operator." in text_of(client.get("/abc123/"))
    person = User.objects.get(email="new@example.com")
    assert person.check_password(PASSWORD)
    assert (person.name, person.address_proved_at) == ("Nele New", None)
    membership = Membership.objects.get(user=person)
    assert (membership.organization, membership.role, membership.expires_at) == (organization, "operator", None)
    invitation.refresh_from_db()
    assert (invitation.status, invitation.accepted_by, invitation.accepted_by_hand) == ("accepted", person, False)
    assert invitation.accepted_at is not None
    assert entries() == [
        ("abc123", "new@example.com", "person added", "new@example.com", {}),
        ("abc123", "new@example.com", "invitation accepted", "new@example.com", accepted("operator")),
    ]


def test_the_membership_ends_when_the_invitation_says_so(client, organization):
    ends = timezone.now() + timedelta(days=30)
    invitation = invite(organization, member_expires_at=ends)
    opened(client, invitation)
    client.post(ACCOUNT, fields_for(invitation))
    assert Membership.objects.get().expires_at == ends


def test_a_link_that_was_copied_by_hand_is_marked_as_such(client, organization):
    invitation = invite(organization, copied_by="owner@example.com", copied_at=timezone.now())
    opened(client, invitation, by_hand=True)
    client.post(ACCOUNT, fields_for(invitation))
    invitation.refresh_from_db()
    assert invitation.accepted_by_hand
    details = accepted("operator", link="copied by hand by owner@example.com")
    assert entries()[-1] == ("abc123", "new@example.com", "invitation accepted", "new@example.com", details)


def test_the_mailed_link_of_a_copied_invitation_is_not_marked(client, organization):
    invitation = invite(organization, copied_by="owner@example.com", copied_at=timezone.now())
    opened(client, invitation)
    client.post(ACCOUNT, fields_for(invitation))
    invitation.refresh_from_db()
    assert not invitation.accepted_by_hand
    assert entries()[-1][4]["link"] == ""


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password2": "something else entirely"}, "match"),
        ({"password1": "password1234", "password2": "password1234"}, "too common"),
        ({"password1": "new@example.com", "password2": "new@example.com"}, "too similar"),
        ({"password1": "nele new nele new", "password2": "nele new nele new", "name": "Nele New Nele New"}, "similar"),
        ({"password1": "482039485029", "password2": "482039485029"}, "entirely numeric"),
        ({"name": ""}, "required"),
        ({"password1": "", "password2": ""}, "required"),
    ],
)
def test_what_is_wrong_comes_back_with_the_form(client, invitation, changed, error):
    opened(client, invitation)
    answer = client.post(ACCOUNT, fields_for(invitation, **changed))
    assert answer.status_code == 422
    assert error in text_of(answer)
    assert PASSWORD not in text_of(answer)
    assert unchanged(invitation)
    assert not User.objects.filter(email="new@example.com").exists()


def test_a_long_password_is_welcome(client, invitation):
    long = "pass phrase " * 10
    opened(client, invitation)
    client.post(ACCOUNT, fields_for(invitation, password1=long, password2=long))
    assert User.objects.get().check_password(long)


def test_the_form_names_neither_person_nor_role(client, invitation):
    opened(client, invitation)
    sent = fields_for(invitation, email="evil@example.com", role="administrator", is_staff="on", organization="xyz789")
    client.post(ACCOUNT, sent)
    assert [each.email for each in User.objects.all()] == ["new@example.com"]
    assert Membership.objects.get().role == "operator"
    assert not User.objects.get().is_staff


def test_a_role_that_is_gone_becomes_the_lowest_and_that_is_noted(client, organization):
    invitation = invite(organization, role="wizard")
    assert "Reader" in text_of(opened(client, invitation))
    client.post(ACCOUNT, fields_for(invitation))
    assert Membership.objects.get().role == Role.READER
    replaced = ("abc123", "new@example.com", "role replaced", "new@example.com")
    assert (*replaced, {"before": "wizard", "after": "reader"}) in entries()


def test_the_inviters_own_membership_does_not_matter_any_more(client, organization, owner, invitation):
    Membership.objects.filter(user=owner).delete()
    opened(client, invitation)
    assert client.post(ACCOUNT, fields_for(invitation)).status_code == 302
