"""Links that lead nowhere, and several invitations in one browser."""

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from iotdash.accounts.models import User
from iotdash.organizations.models import Invitation, Membership
from tests.cast import PASSWORD as OLD_PASSWORD
from tests.cast import UserFactory
from tests.organizations.joining_world import (
    ACCEPT,
    ACCOUNT,
    PAGE,
    SIGN_OUT,
    confirm,
    entries,
    fields_for,
    invite,
    opened,
    text_of,
)


@pytest.fixture
def invitation(organization):
    return invite(organization)


@pytest.fixture
def person(db):
    return UserFactory(email="new@example.com", name="Nele")


def revoked(invitation: Invitation) -> None:
    Invitation.objects.update(status="revoked", revoked_at=timezone.now())


def used(invitation: Invitation) -> None:
    Invitation.objects.update(status="accepted", accepted_at=timezone.now())


def sent_again(invitation: Invitation) -> None:
    Invitation.objects.update(token_version=2)


def expired(invitation: Invitation) -> None:
    Invitation.objects.update(token_expires_at=timezone.now())


def too_old(invitation: Invitation) -> None:
    Invitation.objects.update(member_expires_at=timezone.now())


def deleted(invitation: Invitation) -> None:
    Invitation.objects.all().delete()


DEAD = [
    (revoked, 410, "This invitation was revoked"),
    (used, 410, "This invitation is already used"),
    (sent_again, 410, "There is a newer link"),
    (expired, 410, "This invitation has expired"),
    (too_old, 410, "This invitation is too old"),
    (deleted, 404, "This invitation link does not work"),
]


@pytest.mark.parametrize(("happened", "status", "words"), DEAD)
def test_a_dead_link_says_what_became_of_it(client, invitation, happened, status, words):
    happened(invitation)
    answer = opened(client, invitation)
    assert answer.status_code == status
    assert words in text_of(answer)
    assert "Harbour pumps" not in text_of(answer)
    assert "example.com" not in text_of(answer)


@pytest.mark.parametrize(("happened", "status", "words"), DEAD)
def test_what_happens_while_the_page_is_open_counts(client, invitation, happened, status, words):
    opened(client, invitation)
    happened(invitation)
    answer = client.post(ACCOUNT, fields_for(invitation))
    assert answer.status_code == status
    assert words in text_of(answer)
    assert not User.objects.exists()
    assert not Membership.objects.exists()
    assert [each[2] for each in entries()] == ["invitation not accepted"] * (status == 410)


@pytest.mark.parametrize(("happened", "status", "words"), DEAD)
def test_the_same_for_somebody_who_is_signed_in(client, invitation, person, happened, status, words):
    client.force_login(person)
    opened(client, invitation)
    happened(invitation)
    answer = confirm(client, invitation)
    assert answer.status_code == status
    assert words in text_of(answer)
    assert not Membership.objects.exists()


def test_expiry_is_told_by_the_time_alone(client, invitation):
    opened(client, invitation)
    with time_machine.travel(timedelta(hours=48, seconds=1)):
        assert client.post(ACCOUNT, fields_for(invitation)).status_code == 410


def test_the_link_of_the_newest_mail_works(client, organization):
    invitation = invite(organization, token_version=2)
    assert opened(client, invitation).status_code == 200


@pytest.mark.parametrize("token", ["x", "a:b:c", "eyJpIjoiMSJ9:" + "A" * 43, "%F0%9F%98%80", "..", "x" * 4000])
def test_garbage_is_no_invitation(client, db, token):
    answer = client.get(f"/invitations/{token}/", follow=True)
    assert answer.status_code == 404
    assert not client.cookies.get("sessionid"), "guesses leave no rows"


def test_garbage_does_not_shut_the_invitation_that_was_opened_before(client, invitation):
    opened(client, invitation)
    client.get("/invitations/x/")
    assert client.get(PAGE).status_code == 200


def test_garbage_is_not_taken_for_the_invitation_that_was_opened_before(client, invitation):
    opened(client, invitation)
    assert client.get("/invitations/x/", follow=True).status_code == 404


def test_whoever_used_a_link_is_led_on_by_it(client, invitation):
    opened(client, invitation)
    client.post(ACCOUNT, fields_for(invitation))
    again = opened(client, invitation)
    assert again.status_code == 410
    assert "Go to Harbour pumps" in text_of(again)
    assert "Harbour pumps" not in text_of(opened(Client(), invitation))


def test_the_form_of_one_invitation_never_accepts_another(client, organization, other_organization, person):
    first, second = invite(organization), invite(other_organization)
    client.force_login(person)
    opened(client, first)
    opened(client, second)
    answer = client.post(ACCEPT, {"invitation": str(first.pk)}, follow=True)
    assert "Another invitation was opened in this browser since" in text_of(answer)
    assert "Join Somebody else?" in text_of(answer)
    assert not Membership.objects.exists()


def test_nothing_is_open_afterwards(client, invitation):
    opened(client, invitation)
    client.post(ACCOUNT, fields_for(invitation))
    answer = client.get(PAGE)
    assert answer.status_code == 404
    assert "No invitation is open in this browser" in text_of(answer)


def test_a_form_that_is_sent_twice_leads_into_the_organization(client, invitation, person):
    client.force_login(person)
    opened(client, invitation)
    assert confirm(client, invitation).status_code == 302
    again = confirm(client, invitation)
    assert again.status_code == 410
    assert "It was you who used it" in text_of(again)
    assert 'href="/abc123/"' in text_of(again)


def test_an_account_that_is_asked_for_twice_is_there_to_sign_in_with(client, invitation):
    opened(client, invitation)
    twice = Client()
    twice.cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    assert client.post(ACCOUNT, fields_for(invitation)).status_code == 302
    again = twice.post(ACCOUNT, fields_for(invitation))
    assert again.status_code == 410
    assert "If it was you who used it, sign in" in text_of(again)
    assert "Harbour pumps" not in text_of(again)


@pytest.mark.parametrize("posted", ["", "x", "00000000-0000-4000-8000-000000000000", "\0", None])
def test_steps_without_an_open_invitation_lead_nowhere(client, organization, posted):
    pending = str(invite(organization).pk)
    for address in (ACCEPT, ACCOUNT):
        for fields in ({"invitation": pending if posted is None else posted}, {}):
            answer = client.post(address, fields)
            assert answer.status_code == 404
            assert "No invitation is open in this browser" in text_of(answer)
        assert client.get(address).status_code == 405
    assert client.get(SIGN_OUT).status_code == 405


def test_the_session_gets_another_key(client, invitation):
    opened(client, invitation)
    before = client.session.session_key
    client.post(ACCOUNT, fields_for(invitation))
    assert client.session.session_key != before


def test_a_new_person_may_set_up_a_second_factor_at_once(client, invitation):
    opened(client, invitation)
    client.post(ACCOUNT, fields_for(invitation))
    assert client.get("/accounts/2fa/app/add/").status_code == 200


def test_somebody_without_organization_who_signs_in_is_led_to_the_invitation(client, invitation, person):
    opened(client, invitation)
    client.post("/accounts/login/", {"login": person.email, "password": OLD_PASSWORD})
    assert client.get("/")["Location"] == PAGE
    confirm(client, invitation)
    assert client.get("/")["Location"] == "/abc123/"
