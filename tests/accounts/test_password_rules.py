"""The rules of passwords: length and commonness, wherever one is set; no rules of composition."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from iotdash.accounts.models import User
from iotdash.accounts.services import create_person
from iotdash.audit.services import Source
from tests.cast import PASSWORD

CHANGE = "/accounts/password/change/"
WEAK = {
    "eleven-char": "at least 12",
    "1qaz2wsx3edc": "too common",
    "183746592018": "entirely numeric",
    "owner@example.com": "too similar",
    "Olivia Ramirez": "too similar",
}
GOOD = ["all lower case", "twelve chars", "ÄÖÜ äöü ßßß ñ 漢字", "x7" * 64, "  spaces at both ends  "]


@pytest.fixture
def olivia(owner) -> User:
    owner.name = "Olivia Ramirez"
    owner.save()
    return owner


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_is_refused_with_the_reason(password, olivia, client_of):
    fields = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    answer = client_of(olivia).post(CHANGE, fields)
    assert answer.status_code == 422
    assert WEAK[password] in answer.content.decode()


@pytest.mark.parametrize("password", GOOD)
def test_length_is_enough(password, olivia, client_of):
    fields = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert client_of(olivia).post(CHANGE, fields).status_code == 302
    olivia.refresh_from_db()
    assert olivia.check_password(password)


@pytest.mark.parametrize("password", WEAK)
def test_services_refuse_it_too(password, db):
    with pytest.raises(ValidationError):
        create_person(Source(actor="test"), "owner@example.com", password, name="Olivia Ramirez")


def test_paste_is_not_hindered_and_managers_are_helped(owner_client):
    text = owner_client.get(CHANGE).content.decode()
    assert "onpaste" not in text
    assert 'autocomplete="new-password"' in text
    assert "maxlength" not in text


def test_generated_passwords_pass_the_rules(db):
    for n in range(20):
        user, generated = create_person(Source(actor="test"), f"person{n}@example.com")
        validate_password(generated, user)
