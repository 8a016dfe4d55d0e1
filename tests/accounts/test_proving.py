"""Proving that an address is one's own: by site mail, by a password reset, by support staff."""

import re
import smtplib
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from iotdash.accounts.models import User
from iotdash.accounts.proving import services, tokens
from iotdash.audit.models import ActivityEntry
from iotdash.audit.services import Source
from tests.cast import PASSWORD, UserFactory, sign_in, with_app

SEND = "/accounts/address/send/"
ANSWER = "/accounts/address/"
RESET = "/accounts/password/reset/"
NEW = "entirely different staple"


@pytest.fixture(autouse=True)
def site_mail(settings):
    settings.SITE_MAIL = True
    settings.PUBLIC_URL = "https://iot.example.com"


@pytest.fixture
def guest(db):
    """Somebody whose account was made from an invitation."""
    return UserFactory(email="guest@example.com", address_proved_at=None)


@pytest.fixture
def guest_client(guest):
    return sign_in(guest)


def path_in_mail() -> str:
    return re.search(r"https://iot\.example\.com(/accounts/address/\S+)", mail.outbox[-1].body).group(1)


def proved(person: User) -> bool:
    person.refresh_from_db()
    return person.address_proved_at is not None


def test_the_profile_says_that_the_address_is_not_proved(guest_client, owner_client):
    assert "Address not proved yet" in guest_client.get("/profile/").content.decode()
    assert "Address not proved yet" not in owner_client.get("/profile/").content.decode()


def test_asking_opening_and_answering_proves_it(guest_client, guest):
    assert guest_client.post(SEND)["Location"] == "/profile/"
    assert mail.outbox[0].to == ["guest@example.com"]
    opened = guest_client.get(path_in_mail())
    assert opened["Location"] == ANSWER
    assert "Is this your address?" in guest_client.get(ANSWER).content.decode()
    assert not proved(guest), "mail scanners open links too"
    assert guest_client.post(ANSWER)["Location"] == "/profile/"
    assert proved(guest)
    assert list(ActivityEntry.objects.order_by("id").values_list("actor", "action", "details")) == [
        ("guest@example.com", "proof of address asked for", {}),
        ("guest@example.com", "address proved", {"by": "site mail"}),
    ]


def test_it_leads_back_to_where_it_was_asked_for_but_to_no_other_site(guest_client):
    assert guest_client.post(SEND, {"next": "/invitations/"})["Location"] == "/invitations/"
    guest_client.get(path_in_mail())
    assert guest_client.post(ANSWER)["Location"] == "/invitations/"


def test_it_leads_to_no_other_site(guest_client):
    assert guest_client.post(SEND, {"next": "https://evil.example/"})["Location"] == "/profile/"


def test_the_link_works_once(guest_client, guest):
    guest_client.post(SEND)
    guest_client.get(path_in_mail())
    guest_client.post(ANSWER)
    User.objects.filter(pk=guest.pk).update(address_proved_at=None)
    assert guest_client.get(ANSWER).status_code == 404
    guest_client.get(path_in_mail())
    guest_client.post(ANSWER)
    User.objects.filter(pk=guest.pk).update(address_proved_at="2026-01-01T00:00Z")
    guest_client.get(path_in_mail())
    assert guest_client.get(ANSWER).status_code == 410
    assert guest_client.post(ANSWER).status_code == 410


@pytest.mark.parametrize(
    "change",
    [
        lambda person: person.set_password(NEW),
        lambda person: setattr(person, "email", "guest2@example.com"),
    ],
)
def test_the_link_ends_when_password_or_address_change(guest, change):
    link = tokens.link_of(guest).removeprefix("https://iot.example.com")
    change(guest)
    guest.save()
    client = sign_in(guest)
    client.get(link)
    assert client.post(ANSWER).status_code == 410
    assert not proved(guest)


def test_the_link_ends_with_time(guest, settings):
    link = tokens.link_of(guest).removeprefix("https://iot.example.com")
    with time_machine.travel(timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 60)):
        client = sign_in(guest)
        client.get(link)
        assert client.post(ANSWER).status_code == 410
    assert not proved(guest)


def test_the_mailbox_alone_proves_nothing(client, guest):
    """Its owner may be asked for an account that somebody else made."""
    client.get(tokens.link_of(guest).removeprefix("https://iot.example.com"))
    page = client.get(ANSWER).content.decode()
    assert "Sign in first" in page
    assert RESET in page
    assert "guest@example.com" not in page
    client.post(ANSWER)
    assert not proved(guest)


def test_after_signing_in_the_link_goes_on(client, guest):
    client.get(tokens.link_of(guest).removeprefix("https://iot.example.com"))
    fields = {"login": guest.email, "password": PASSWORD, "next": ANSWER}
    assert client.post("/accounts/login/", fields)["Location"] == ANSWER
    client.post(ANSWER)
    assert proved(guest)


def test_another_account_is_not_proved_by_it(guest, client_of):
    other = UserFactory(email="other@example.com", address_proved_at=None)
    client = client_of(other)
    client.get(tokens.link_of(guest).removeprefix("https://iot.example.com"))
    assert client.post(ANSWER).status_code == 410
    assert not proved(other)
    assert not proved(guest)


def test_an_address_that_changes_meanwhile_is_not_proved(guest):
    User.objects.filter(pk=guest.pk).update(email="another@example.com")
    assert not services.prove(Source(actor=guest.email), guest, by="site mail")
    assert not proved(guest)


def test_a_made_up_link_is_dead(guest_client):
    guest_client.get("/accounts/address/abc123-00000000000000000000000000000000/")
    assert guest_client.get(ANSWER).status_code == 410


def test_without_a_link_there_is_nothing_to_answer(guest_client, client):
    assert guest_client.get(ANSWER).status_code == 404
    assert client.get(ANSWER).status_code == 404


def test_neither_referer_nor_cache_keeps_the_link(guest_client, guest):
    opened = guest_client.get(tokens.link_of(guest).removeprefix("https://iot.example.com"))
    assert opened["Referrer-Policy"] == "no-referrer"
    assert "no-store" in opened["Cache-Control"]
    assert "no-store" in guest_client.get(ANSWER)["Cache-Control"]


def test_the_link_is_below_the_public_address_whatever_the_host_header_says(guest_client, settings):
    settings.ALLOWED_HOSTS = ["evil.example"]
    guest_client.post(SEND, headers={"host": "evil.example"})
    assert "https://iot.example.com/accounts/address/" in mail.outbox[0].body
    assert "http://evil.example" not in mail.outbox[0].body


def test_asking_needs_a_signed_in_person_and_post(client, guest_client):
    assert client.post(SEND)["Location"].startswith("/accounts/login/")
    assert guest_client.get(SEND).status_code == 405
    assert mail.outbox == []


def test_a_proved_address_is_sent_nothing(owner_client):
    owner_client.post(SEND)
    assert mail.outbox == []


def test_asking_is_throttled_per_person(guest_client, guest):
    assert guest_client.post(SEND).status_code == 302
    again = sign_in(guest).post(SEND, REMOTE_ADDR="198.51.100.7")
    assert again.status_code == 429
    assert "Too many attempts" in again.content.decode()
    assert len(mail.outbox) == 1
    with time_machine.travel(timedelta(minutes=2)):
        assert sign_in(guest).post(SEND).status_code == 302


def test_without_site_mail_the_pages_say_who_can_help(guest_client, guest, settings):
    settings.SITE_MAIL = False
    profile = guest_client.get("/profile/").content.decode()
    assert "vouch for your address" in profile
    assert SEND not in profile
    answer = guest_client.post(SEND, follow=True).content.decode()
    assert "This installation sends no mail" in answer
    assert mail.outbox == []


@pytest.mark.parametrize("error", [ConnectionRefusedError("no"), smtplib.SMTPServerDisconnected("gone")])
def test_a_mail_server_that_is_away_is_said(guest_client, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(mail.EmailMessage, "send", fail)
    page = guest_client.post(SEND, follow=True)
    assert page.status_code == 200
    assert "The mail could not be sent" in page.content.decode()
    assert not ActivityEntry.objects.exists()


def reset_password(person: User) -> None:
    client = Client()
    client.post(RESET, {"email": person.email})
    link = re.search(r"https://iot\.example\.com(\S+)", mail.outbox[-1].body).group(1)
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_a_password_reset_by_site_mail_proves_it(guest):
    reset_password(guest)
    assert proved(guest)
    assert ActivityEntry.objects.filter(action="address proved").get().details["by"] == "password reset by site mail"


def test_a_reset_of_an_unproved_account_shuts_out_whoever_made_it(guest, client_of):
    with_app(guest)
    intruder = client_of(guest)
    assert intruder.get("/profile/").status_code == 200
    reset_password(guest)
    assert intruder.get("/profile/").status_code == 302
    assert not Authenticator.objects.filter(user=guest).exists()
    owner_of_address = Client()
    signed_in = owner_of_address.post("/accounts/login/", {"login": guest.email, "password": NEW})
    assert signed_in["Location"] == "/"


def test_a_reset_of_a_proved_account_keeps_its_second_factor(owner):
    with_app(owner)
    reset_password(owner)
    assert Authenticator.objects.filter(user=owner).exists()
    assert not ActivityEntry.objects.filter(action__in=["address proved", "second factors removed"]).exists()


def test_a_changed_password_proves_nothing(guest_client, guest):
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert guest_client.post("/accounts/password/change/", fields).status_code == 302
    assert not proved(guest)


PEOPLE = "/admin/accounts/user/"


def vouch(client: Client, person: User) -> None:
    client.post(PEOPLE, {"action": "vouch", "_selected_action": [person.pk]})


def test_support_staff_vouches_for_an_address(support_client, guest):
    vouch(support_client, guest)
    assert proved(guest)
    entry = ActivityEntry.objects.get(action="address proved")
    assert (entry.actor, entry.via, entry.target) == ("support@example.com", "staff", "guest@example.com")
    assert entry.details == {"by": "support staff"}


def test_a_new_address_is_to_be_proved_anew(support_client, owner):
    page = f"{PEOPLE}{owner.pk}/change/"
    fields = {"name": "Owner", "time_zone": "UTC", "is_active": "on"}
    assert support_client.post(page, fields | {"email": "Owner@Example.com"}).status_code == 302
    assert proved(owner), "only another spelling"
    assert support_client.post(page, fields | {"email": "owner2@example.com"}).status_code == 302
    assert not proved(owner)


def test_a_person_whom_support_staff_adds_is_vouched_for(support_client):
    fields = {"email": "new@example.com", "password1": NEW, "password2": NEW, "usable_password": "true"}
    support_client.post(f"{PEOPLE}add/", fields)
    assert proved(User.objects.get(email="new@example.com"))
