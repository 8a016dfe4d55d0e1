"""What links and pages of joining give away: nothing, neither in the log nor to the next site nor to who guesses."""

import io
import logging
import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from iotdash.audit.models import ActivityEntry
from iotdash.lib.logging import PlainLines
from iotdash.organizations.invitations.tokens import token_of
from iotdash.organizations.joining import session
from tests.cast import UserFactory
from tests.organizations.joining_world import (
    ACCOUNT,
    PAGE,
    PASSWORD,
    confirm,
    fields_for,
    invite,
    opened,
    path_of,
    text_of,
)


@pytest.fixture
def invitation(organization):
    return invite(organization)


@pytest.fixture
def log():
    """All that the whole process logs, as it would be written."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(PlainLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def signature(invitation) -> str:
    return token_of(invitation).rpartition(":")[2]


def test_the_token_is_in_no_log(client, invitation, log, monkeypatch):
    path = path_of(invitation)
    client.raise_request_exception = False
    client.get(path)
    client.get(path.rstrip("/"))
    client.post(path)
    Client(enforce_csrf_checks=True).post(path)
    client.get(path + "more/")
    client.get(path, headers={"host": "evil.example"})
    monkeypatch.setattr(session, "remember", lambda *args: 1 / 0)
    assert client.get(path).status_code == 500
    assert "ZeroDivisionError" in log.getvalue()
    assert "Method Not Allowed" in log.getvalue()
    assert signature(invitation) not in log.getvalue()


def test_neither_token_nor_password_is_anywhere_after_joining(client, invitation, log):
    opened(client, invitation)
    client.post(ACCOUNT, fields_for(invitation, password2="a slip of the hand"))
    client.post(ACCOUNT, fields_for(invitation))
    rows = [str(row) for row in ActivityEntry.objects.values()]
    sessions = [str(each.get_decoded()) for each in Session.objects.all()]
    assert rows
    assert sessions
    for text in (log.getvalue(), *rows, *sessions):
        assert signature(invitation) not in text
        assert PASSWORD not in text
        assert "a slip of the hand" not in text


def test_while_it_is_open_the_session_holds_no_link_that_works(client, invitation):
    opened(client, invitation)
    [row] = Session.objects.all()
    assert str(invitation.pk) in str(row.get_decoded())
    assert signature(invitation) not in str(row.get_decoded())


def test_the_link_is_passed_on_neither_by_referer_nor_by_a_cache(client, invitation):
    answer = client.get(path_of(invitation))
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert answer.content == b""


def test_pages_are_kept_by_no_cache_and_load_nothing_from_elsewhere(client, invitation):
    page = opened(client, invitation)
    failed = client.post(ACCOUNT, fields_for(invitation, name=""))
    for answer in (page, failed, client.get("/invitations/x/", follow=True), client.get(PAGE)):
        assert "no-store" in answer["Cache-Control"]
        loaded = re.findall(r'(?:src|href|action)="([^"]*)"', text_of(answer))
        assert loaded
        assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in loaded)
        assert signature(invitation) not in text_of(answer)


def test_dead_links_look_the_same_whether_or_not_there_is_an_account(client, organization):
    UserFactory(email="known@example.com")
    varying = re.compile(r'data-now="[^"]*"|nonce="[^"]*"|X-CSRFToken": "[^"]*"|csrfmiddlewaretoken" value="[^"]*"')
    for fields in ({"status": "revoked"}, {"status": "accepted"}, {"token_version": 2}):
        known = invite(organization, "known@example.com", **fields)
        unknown = invite(organization, "unknown@example.com", **fields)
        # The link is of the first version.
        known.token_version = unknown.token_version = 1
        texts = [varying.sub("", text_of(opened(Client(), each))) for each in (known, unknown)]
        assert texts[0] == texts[1]
        known.delete()
        unknown.delete()


def test_a_page_tells_of_no_other_organization_or_person(client, invitation, cast, other_organization):
    invite(other_organization)
    text = text_of(opened(client, invitation))
    assert [person.email for person in cast.values() if person.email in text] == []
    assert "Somebody else" not in text
    assert "xyz789" not in text


def test_guesses_are_throttled_by_network_address(client, invitation):
    for number in range(20):
        assert client.get(f"/invitations/guess{number}/").status_code == 404
    answer = client.get(path_of(invitation))
    assert answer.status_code == 429
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "Too many attempts" in text_of(answer)
    assert signature(invitation) not in text_of(answer)
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert opened(elsewhere, invitation).status_code == 200


def test_links_that_are_right_are_never_too_many(client, invitation):
    assert {opened(client, invitation).status_code for _ in range(40)} == {200}


def test_steps_are_throttled_whether_or_not_there_is_an_account(organization):
    UserFactory(email="known@example.com")
    texts = []
    for number, email in enumerate(["known@example.com", "unknown@example.com"]):
        client, invitation = Client(REMOTE_ADDR=f"198.51.100.{number}"), invite(organization, email)
        opened(client, invitation)
        answers = [client.post(ACCOUNT, fields_for(invitation, name="")) for _ in range(21)]
        assert [each.status_code for each in answers].count(429) == 1
        assert confirm(client, invitation).status_code == 429
        texts.append(re.sub(r'(data-now|nonce)="[^"]*"|X-CSRFToken": "[^"]*"', "", text_of(answers[-1])))
    assert texts[0] == texts[1]


def test_every_step_needs_the_token_of_the_form(invitation):
    client = Client(enforce_csrf_checks=True)
    opened(client, invitation)
    for address in (ACCOUNT, "/invitations/accept/", "/invitations/sign-out/", "/accounts/address/send/"):
        assert client.post(address, fields_for(invitation)).status_code == 403
