"""Pasted credentials in every wrapping; what was pasted is never repeated."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.core.contract import Pasted, PasteRefused
from extensions.email.manifest import MANIFEST
from extensions.email.schema import SETTINGS_SCHEMA

PASTE = MANIFEST.paste
CREDENTIALS = {"password": "xxx", "hostname": "smtp.sendgrid.net", "username": "username"}
SERVICE = {"name": "SendGridServiceName", "label": "user-provided", "credentials": CREDENTIALS}
FOUND = {"host": "smtp.sendgrid.net", "username": "username", "password": "xxx"}
OTHER = {
    "name": "store",
    "label": "db",
    "credentials": {"hostname": "db.example.com", "username": "u", "password": "p"},
}


def service(name, **credentials):
    return {"name": name, "credentials": CREDENTIALS | credentials}


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (SERVICE, "SendGridServiceName"),
        ({"credentials": CREDENTIALS}, "Credentials"),
        (CREDENTIALS, "Credentials"),
        (CREDENTIALS | {"more": {"odd": [1]}}, "Credentials"),
        ({"user-provided": [SERVICE]}, "SendGridServiceName"),
        ({"sendgrid": [{"credentials": CREDENTIALS}]}, "sendgrid"),
        ({"user-provided": [OTHER, SERVICE]}, "SendGridServiceName"),
        ({"db": [OTHER], "sendgrid": [SERVICE]}, "SendGridServiceName"),
        (
            {"VCAP_SERVICES": {"user-provided": [OTHER, SERVICE]}, "VCAP_APPLICATION": {"name": "a"}},
            "SendGridServiceName",
        ),
        ([SERVICE], "SendGridServiceName"),
    ],
)
def test_credentials_are_found_in_each_wrapping(document, name):
    for text in (json.dumps(document), f"\n  {json.dumps(document, indent=2)}\r\n"):
        assert PASTE.read(text) == [Pasted(name, FOUND)]


def test_of_several_a_person_chooses_by_name():
    dump = {"user-provided": [service("one"), OTHER, service("two", hostname="eu.smtp.sendgrid.net")]}
    assert [(found.name, found.settings["host"]) for found in PASTE.read(json.dumps(dump))] == [
        ("one", "smtp.sendgrid.net"),
        ("two", "eu.smtp.sendgrid.net"),
    ]


def test_several_of_one_name_can_be_told_apart():
    dump = {"user-provided": [service("mail", username="a"), service("mail", username="b")]}
    assert [found.name for found in PASTE.read(json.dumps(dump))] == ["mail (1)", "mail (2)"]


def test_credentials_that_stand_alone_may_be_of_any_host():
    (found,) = PASTE.read(json.dumps(CREDENTIALS | {"hostname": " mail.example.com "}))
    assert found.settings["host"] == "mail.example.com"
    (found,) = PASTE.read(json.dumps({"username": "u", "password": "p"}))
    assert found.settings == {"username": "u", "password": "p"}


def test_what_is_filled_in_are_fields_of_the_variant():
    branch = next(each for each in SETTINGS_SCHEMA["oneOf"] if each["properties"]["method"]["const"] == PASTE.variant)
    assert FOUND.keys() <= branch["properties"].keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{secret-word", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (" " * 300_000, "too long"),
        ("{}", "no credentials"),
        ('"secret-word"', "no credentials"),
        ("[]", "no credentials"),
        ("null", "no credentials"),
        ('{"secret-word": 1}', "no credentials"),
        ('{"credentials": "secret-word"}', "no credentials"),
        ('{"credentials": {"hostname": "secret-word"}}', "no username and no password"),
        ('{"username": "secret-word"}', "no password"),
        ('{"password": "secret-word"}', "no username"),
        ('{"username": "u", "password": ["secret-word"]}', "no password"),
        ('{"username": "u", "password": " "}', "no password"),
        (json.dumps({"db": [OTHER]}), "None of these services"),
        (json.dumps({"user-provided": [service("x", hostname="smtp.sendgrid.net.secret-word.example")]}), "None of"),
    ],
)
def test_what_is_missing_is_said_without_quoting(text, said):
    with pytest.raises(PasteRefused) as refused:
        PASTE.read(text)
    assert said in str(refused.value)
    assert "secret-word" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["credentials", "username", "password", "hostname", "name"]) | st.text(), inner
            )
        ),
    )
)
def test_no_document_breaks_it(document):
    try:
        found = PASTE.read(json.dumps(document))
    except PasteRefused:
        return
    assert all({"username", "password"} <= pasted.settings.keys() for pasted in found)
    assert len({pasted.name for pasted in found}) == len(found)
