"""Sign-in, sign-out, and that nobody learns which accounts exist."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import NoReverseMatch, reverse

from iotdash.accounts.models import User
from tests.cast import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str):
    return client.post(LOGIN, {"login": email, "password": password})


def test_a_person_signs_in_with_email_and_password(client, owner):
    response = sign_in(client, owner.email, PASSWORD)
    assert response.status_code == 302
    assert response["Location"] == reverse("home")
    assert client.get("/profile/").status_code == 200


def test_the_address_may_be_typed_in_capitals(client, owner):
    assert sign_in(client, "OWNER@Example.COM", PASSWORD).status_code == 302


def test_sign_in_leads_back_to_where_it_was_asked_for(client, owner, organization):
    asked = client.get("/abc123/members/")
    assert asked["Location"] == f"{LOGIN}?next=/abc123/members/"
    page = client.get(asked["Location"])
    assert 'name="next" value="/abc123/members/"' in page.content.decode()
    response = client.post(LOGIN, {"login": owner.email, "password": PASSWORD, "next": "/abc123/members/"})
    assert response["Location"] == "/abc123/members/"


def test_sign_in_never_leads_to_another_site(client, owner):
    response = client.post(LOGIN, {"login": owner.email, "password": PASSWORD, "next": "https://evil.example/"})
    assert response["Location"] == reverse("home")


def test_wrong_password_and_unknown_address_look_the_same(client, owner):
    wrong = sign_in(client, owner.email, "not the password")
    unknown = sign_in(client, "nobody@example.com", "not the password")
    assert wrong.status_code == unknown.status_code == 422
    errors = [response.context["form"].non_field_errors() for response in (wrong, unknown)]
    assert errors[0]
    assert errors[0] == errors[1]


def test_a_switched_off_account_cannot_sign_in(client, owner):
    User.objects.filter(pk=owner.pk).update(is_active=False)
    sign_in(client, owner.email, PASSWORD)
    assert client.get("/profile/").status_code == 302


def test_sign_in_is_throttled_also_with_the_right_password(client, owner):
    for _ in range(5):
        sign_in(client, owner.email, "not the password")
    response = sign_in(client, owner.email, PASSWORD)
    assert response.status_code != 302
    assert client.get("/profile/").status_code == 302


def test_too_many_attempts_from_one_network_address_get_a_page(client, db):
    statuses = [sign_in(client, f"nobody{n}@example.com", "x").status_code for n in range(31)]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    assert "Wait a few minutes" in sign_in(client, "nobody@example.com", "x").content.decode()


@pytest.mark.parametrize(("proxies", "last"), [(0, 429), (1, 422)])
def test_what_a_visitor_says_of_their_address_counts_only_behind_a_proxy(client, db, settings, proxies, last):
    """A proxy adds where a request came from to the end of the header; what stands before it anybody can write."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    for number in range(31):
        forwarded = {"x-forwarded-for": f"203.0.113.7, 198.51.100.{number}"}
        answer = client.post(LOGIN, {"login": f"nobody{number}@example.com", "password": "x"}, headers=forwarded)
    assert answer.status_code == last


def test_behind_a_proxy_a_made_up_address_does_not_help(client, db, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(31):
        forwarded = {"x-forwarded-for": f"203.0.113.{number}, 198.51.100.7"}
        answer = client.post(LOGIN, {"login": f"nobody{number}@example.com", "password": "x"}, headers=forwarded)
    assert answer.status_code == 429


def test_throttling_one_address_leaves_others_alone(client, owner, reader):
    for _ in range(6):
        sign_in(client, owner.email, "not the password")
    assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), reader.email, PASSWORD).status_code == 302


def test_sign_out_needs_post(owner_client):
    assert owner_client.get("/accounts/logout/").status_code == 200
    assert owner_client.get("/profile/").status_code == 200
    assert owner_client.post("/accounts/logout/").status_code == 302
    assert owner_client.get("/profile/").status_code == 302


@pytest.mark.django_db
def test_there_is_no_sign_up(client):
    fields = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    assert client.get("/accounts/signup/").status_code == 404
    assert client.post("/accounts/signup/", fields).status_code == 404
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["account_email", "account_set_password", "mfa_login_webauthn"])
def test_account_pages_that_we_do_not_use_are_not_mounted(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_two_spellings_of_an_address_are_one_person(owner):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        User.objects.create(email="Owner@example.com")


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"])
def test_a_refused_sign_in_costs_one_password_check_whoever_it_is(client, owner, email, monkeypatch):
    """Else the time that it takes would tell which accounts exist."""
    hashed = []
    real = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or real(*args))
    assert sign_in(client, email, "not the password").status_code == 422
    assert len(hashed) == 1


def test_an_account_that_is_throttled_looks_like_one_that_does_not_exist(client, owner):
    for email in (owner.email, "nobody@example.com"):
        for _ in range(5):
            sign_in(client, email, "not the password")
    known, unknown = (sign_in(client, email, PASSWORD) for email in (owner.email, "nobody@example.com"))
    assert known.status_code == unknown.status_code
    assert known.context["form"].errors == unknown.context["form"].errors
