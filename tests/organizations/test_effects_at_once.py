"""Blocks, expiry dates, roles and passwords count from the next request, in sessions that are open already."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from iotdash.organizations.members import services as members
from iotdash.organizations.roles import Role
from tests.cast import PASSWORD, MembershipFactory

FRAGMENT = {"HX-Request": "true", "HX-Target": "activity"}


@pytest.fixture
def in_both(reader, other_organization):
    """The reader, who is a reader of the other organization too."""
    MembershipFactory(organization=other_organization, user=reader)
    return reader


@pytest.fixture
def session(in_both, client_of):
    """One that is open, with a page of abc123 on the screen."""
    client = client_of(in_both)
    assert client.get("/abc123/").status_code == 200
    return client


def here(person):
    return person.memberships.get(organization__public_id="abc123")


def blocked(source, person):
    members.block(source, here(person))


def expired(source, person):
    person.memberships.filter(organization__public_id="abc123").update(expires_at=timezone.now())


@pytest.mark.parametrize(
    ("keep_out", "words"), [(blocked, "You are blocked in Harbour pumps"), (expired, "Harbour pumps has expired")]
)
def test_the_page_says_so_and_what_to_do(source, in_both, session, keep_out, words):
    keep_out(source, in_both)
    answer = session.get("/abc123/activity/")
    text = answer.content.decode()
    assert answer.status_code == 403
    assert words in text
    assert "ask one of its administrators" in text
    assert 'href="/xyz789/"' in text


@pytest.mark.parametrize("keep_out", [blocked, expired])
def test_a_part_that_polls_gets_nothing_and_the_page_is_loaded_anew(source, in_both, session, keep_out):
    keep_out(source, in_both)
    answer = session.get("/abc123/activity/", headers=FRAGMENT)
    assert (answer.status_code, answer["HX-Refresh"], answer.content) == (403, "true", b"")


@pytest.mark.parametrize("keep_out", [blocked, expired])
def test_nothing_can_be_changed_any_more(source, owner, organization, client_of, keep_out, time_machine):
    MembershipFactory(organization=organization, role="administrator")
    client = client_of(owner)
    assert client.get("/abc123/").status_code == 200
    keep_out(source, owner)
    assert client.post("/abc123/settings/", {"name": "Mine", "invitation_hours": "48"}).status_code == 403
    organization.refresh_from_db()
    assert organization.name == "Harbour pumps"


@pytest.mark.parametrize("keep_out", [blocked, expired])
def test_the_session_goes_on_elsewhere_and_the_switcher_leads_in_no_more(source, in_both, session, keep_out):
    keep_out(source, in_both)
    answer = session.get("/xyz789/")
    assert answer.status_code == 200
    assert [link.url for link in answer.context["organization_links"]] == ["/xyz789/"]
    assert session.get("/")["Location"] == "/xyz789/"
    assert session.get("/profile/").context["organization"].public_id == "xyz789"


@pytest.mark.parametrize(
    ("keep_out", "words"), [(blocked, "You are blocked in Harbour pumps"), (expired, "Harbour pumps expired on")]
)
def test_home_says_so_to_whom_no_other_organization_is_left(source, reader, client_of, keep_out, words):
    keep_out(source, reader)
    answer = client_of(reader).get("/")
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "createorganization" not in answer.content.decode()


def test_unblocked_one_is_in_again(source, in_both, session):
    blocked(source, in_both)
    members.unblock(source, here(in_both))
    assert session.get("/abc123/").status_code == 200


def test_a_membership_ends_at_its_minute(in_both, session, time_machine):
    time_machine.move_to("2026-05-04T12:00Z", tick=False)
    here_too = in_both.memberships.filter(organization__public_id="abc123")
    here_too.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert session.get("/abc123/").status_code == 200
    time_machine.shift(timedelta(minutes=1))
    assert session.get("/abc123/").status_code == 403


def test_to_who_was_removed_the_organization_does_not_exist(source, in_both, session):
    members.remove(source, here(in_both))
    assert session.get("/abc123/").status_code == 404


def test_a_role_counts_from_the_next_request(source, organization, owner, client_of):
    other = MembershipFactory(organization=organization, role="administrator")
    client = client_of(owner)
    assert client.post("/abc123/settings/", {"name": "River pumps", "invitation_hours": "48"}).status_code == 302
    members.change_role(source, here(owner), Role.READER, by=other)
    assert client.post("/abc123/settings/", {"name": "Mine", "invitation_hours": "48"}).status_code == 403
    members.change_role(source, here(owner), Role.ADMINISTRATOR, by=other)
    assert client.post("/abc123/settings/", {"name": "Sea pumps", "invitation_hours": "48"}).status_code == 302


def test_a_changed_password_ends_the_other_sessions(reader):
    sessions = [Client(), Client()]
    for each in sessions:
        each.post("/accounts/login/", {"login": reader.email, "password": PASSWORD})
        assert each.get("/abc123/").status_code == 200
    new = {"oldpassword": PASSWORD, "password1": "entirely different staple", "password2": "entirely different staple"}
    assert sessions[0].post("/accounts/password/change/", new).status_code == 302
    assert [each.get("/abc123/").status_code for each in sessions] == [200, 302]
    assert sessions[1].get("/abc123/")["Location"].startswith("/accounts/login/")


def test_an_account_that_is_closed_is_signed_out(reader, reader_client):
    assert reader_client.get("/abc123/").status_code == 200
    reader.is_active = False
    reader.save()
    assert reader_client.get("/abc123/")["Location"].startswith("/accounts/login/")
