"""Changing and resetting a password, with site mail and without."""

import re
import smtplib

import pytest
from django.core import mail
from django.core.mail import get_connection

from iotdash.audit.models import ActivityEntry
from tests.cast import PASSWORD

RESET = "/accounts/password/reset/"
NEW = "entirely different staple"


@pytest.fixture
def site_mail(settings):
    settings.SITE_MAIL = True
    settings.PUBLIC_URL = "https://iot.example.com"


@pytest.fixture
def no_site_mail(settings):
    settings.SITE_MAIL = False


def link_in(message) -> str:
    return re.search(r"https://iot\.example\.com(\S+)", message.body).group(1)


def test_a_reset_link_sets_a_new_password(client, owner, site_mail):
    assert client.post(RESET, {"email": "Owner@Example.com"}).status_code == 302
    assert [message.to for message in mail.outbox] == [["owner@example.com"]]
    form = client.get(link_in(mail.outbox[0]), follow=True)
    fields = {"password1": NEW, "password2": NEW}
    done = client.post(form.request["PATH_INFO"], fields, follow=True)
    assert done.status_code == 200
    owner.refresh_from_db()
    assert owner.check_password(NEW)
    entry = ActivityEntry.objects.get()
    assert (entry.actor, entry.action, entry.target) == (owner.email, "password changed", owner.email)


def test_a_reset_link_works_once(client, owner, site_mail):
    client.post(RESET, {"email": owner.email})
    form = client.get(link_in(mail.outbox[0]), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    again = client.get(link_in(mail.outbox[0]), follow=True)
    assert "This link no longer works" in again.content.decode()


def test_a_weak_new_password_is_refused(client, owner, site_mail):
    client.post(RESET, {"email": owner.email})
    form = client.get(link_in(mail.outbox[0]), follow=True)
    refused = client.post(form.request["PATH_INFO"], {"password1": "12345", "password2": "12345"})
    assert refused.status_code == 422
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_the_answer_does_not_tell_whether_an_account_exists(client, owner, site_mail):
    known = client.post(RESET, {"email": owner.email}, follow=True)
    unknown = client.post(RESET, {"email": "nobody@example.com"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    strip = re.compile(r'data-now="[^"]*"|nonce="[^"]*"|X-CSRFToken": "[^"]*"|csrfmiddlewaretoken" value="[^"]*"')
    assert strip.sub("", known.content.decode()) == strip.sub("", unknown.content.decode())


def test_mail_to_an_unknown_address_offers_no_sign_up(client, db, site_mail):
    client.post(RESET, {"email": "nobody@example.com"})
    assert "sign up" not in mail.outbox[0].body.lower()
    assert "signup" not in mail.outbox[0].body


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"])
@pytest.mark.parametrize("error", [TimeoutError("timed out"), smtplib.SMTPServerDisconnected("gone")])
def test_a_mail_server_that_is_away_is_said_whoever_it_is(client, owner, site_mail, monkeypatch, email, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(mail.EmailMessage, "send", fail)
    answer = client.post(RESET, {"email": email})
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "The mail could not be sent. Try again later" in page
    assert f'value="{email}"' in page


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"])
def test_mail_names_the_address_of_the_installation_whatever_the_host_header_says(client, owner, site_mail, email):
    client.post(RESET, {"email": email}, headers={"host": "localhost"})
    assert "iotdash at https://iot.example.com" in mail.outbox[0].body
    assert "localhost" not in mail.outbox[0].body + mail.outbox[0].subject


def test_whoever_asks_does_not_wait_for_ever():
    assert get_connection("django.core.mail.backends.smtp.EmailBackend").timeout == 15


def test_an_invalid_address_answers_422(client, db, site_mail):
    assert client.post(RESET, {"email": "not an address"}).status_code == 422


def test_without_site_mail_the_page_says_so_and_has_no_form(client, owner, no_site_mail):
    page = client.get(RESET)
    text = page.content.decode()
    assert page.status_code == 200
    assert "This installation sends no mail" in text
    assert "manage.py changepassword" in text
    assert 'name="email"' not in text


def test_without_site_mail_nothing_is_sent(client, owner, no_site_mail):
    answer = client.post(RESET, {"email": owner.email})
    assert "This installation sends no mail" in answer.content.decode()
    assert mail.outbox == []


def test_a_signed_in_person_changes_the_password_and_stays_signed_in(owner_client, owner):
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    response = owner_client.post("/accounts/password/change/", fields)
    assert response["Location"] == "/profile/"
    assert owner_client.get("/profile/").status_code == 200
    owner.refresh_from_db()
    assert owner.check_password(NEW)
    assert ActivityEntry.objects.get().action == "password changed"


def test_a_changed_password_signs_out_elsewhere(owner, client_of):
    here, elsewhere = client_of(owner), client_of(owner)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    here.post("/accounts/password/change/", fields)
    assert elsewhere.get("/profile/").status_code == 302


def test_the_old_password_is_needed(owner_client):
    fields = {"oldpassword": "guessed wrong", "password1": NEW, "password2": NEW}
    assert owner_client.post("/accounts/password/change/", fields).status_code == 422


def test_reset_is_throttled_by_address_whether_the_account_exists_or_not(client, owner, site_mail):
    known = [client.post(RESET, {"email": owner.email}).status_code for _ in range(6)]
    unknown = [
        client.post(RESET, {"email": "nobody@example.com"}, REMOTE_ADDR="198.51.100.7").status_code for _ in range(6)
    ]
    assert known == unknown
    assert known[-1] == 429
    assert len(mail.outbox) == 10


def test_reset_is_throttled_by_network_address(client, db, site_mail):
    statuses = [client.post(RESET, {"email": f"nobody{n}@example.com"}).status_code for n in range(21)]
    assert (statuses[19], statuses[20]) == (302, 429)
