"""One's own sessions: listed, ended, and noted without a write for every request."""

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client

from iotdash.accounts import sessions
from iotdash.audit.models import ActivityEntry
from tests.cast import PASSWORD

pytestmark = pytest.mark.slow

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
PAGE = "/accounts/sessions/"


def signed_in(user, browser=FIREFOX, address="192.0.2.1") -> Client:
    client = Client(HTTP_USER_AGENT=browser, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_each_session_is_listed_in_words(owner):
    here, phone = signed_in(owner), signed_in(owner, IPHONE, "198.51.100.7")
    text = here.get(PAGE).content.decode()
    assert "Firefox on Linux" in text
    assert "198.51.100.7" in text
    assert "on iOS" in text
    assert text.count("This session") == 1
    assert phone.session.session_key not in text


def test_others_sessions_are_not_listed(owner, reader):
    signed_in(reader, address="203.0.113.9")
    assert "203.0.113.9" not in signed_in(owner).get(PAGE).content.decode()


def test_ending_a_session_signs_out_there_at_once(owner):
    here, there = signed_in(owner), signed_in(owner)
    assert there.get("/profile/").status_code == 200
    here.post(f"{PAGE}{row_of(there).pk}/end/")
    assert there.get("/profile/").status_code == 302
    assert here.get("/profile/").status_code == 200
    assert ActivityEntry.objects.get(action="sessions ended").details == {"count": 1}


def test_ending_all_others_keeps_this_one(owner, reader):
    here, there, elsewhere, theirs = signed_in(owner), signed_in(owner), signed_in(owner), signed_in(reader)
    here.post(f"{PAGE}end/")
    assert [client.get("/profile/").status_code for client in (here, there, elsewhere, theirs)] == [200, 302, 302, 200]


def test_nobody_ends_somebody_elses_session(owner, reader):
    here, theirs = signed_in(owner), signed_in(reader)
    answer = here.post(f"{PAGE}{row_of(theirs).pk}/end/", follow=True)
    assert "had ended already" in answer.content.decode()
    assert theirs.get("/profile/").status_code == 200


def test_this_session_is_ended_by_signing_out_only(owner):
    here = signed_in(owner)
    here.post(f"{PAGE}{row_of(here).pk}/end/")
    assert here.get("/profile/").status_code == 200


def test_a_session_that_is_over_is_not_listed(owner):
    here, there = signed_in(owner), signed_in(owner, IPHONE)
    there.post("/accounts/logout/")
    assert "on iOS" not in here.get(PAGE).content.decode()


def test_ending_needs_a_form(owner):
    here = signed_in(owner)
    assert here.get(f"{PAGE}end/").status_code == 405
    assert here.get(f"{PAGE}{row_of(here).pk}/end/").status_code == 405


def test_a_session_is_seen_again_after_ten_minutes_and_not_before(owner, django_assert_max_num_queries):
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as clock:
        here = signed_in(owner)
        here.get("/profile/")
        began = row_of(here).last_seen_at
        clock.shift(500)
        here.get("/profile/")
        assert row_of(here).last_seen_at == began
        clock.shift(200)
        here.get("/profile/")
        assert (row_of(here).last_seen_at - began).total_seconds() == 700


def test_a_session_from_before_it_was_noted_is_listed_too(owner, client_of):
    here = client_of(owner)
    UserSession.objects.all().delete()
    here.get("/profile/")
    assert "This session" in here.get(PAGE).content.decode()


def test_a_browser_that_says_nothing(owner):
    assert sessions.browser_words("") == ""
    assert "Unknown browser" in signed_in(owner, "").get(PAGE).content.decode()


def test_a_reset_password_ends_every_session(owner):
    there = signed_in(owner)
    owner.set_password("quite another staple")
    owner.save()
    assert there.get("/profile/").status_code == 302
