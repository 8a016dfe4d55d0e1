"""Forms of schemas with variants: what belongs to which, and that no stored secret goes to a new place."""

from copy import deepcopy
from itertools import product

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from iotdash.lib.schema_forms import (
    address_names,
    discriminator,
    form_class,
    rules_of,
    secret_names,
    secrets_to_retype,
    variant_in,
    variant_schema,
    without_secrets,
)

PORT = {"type": "integer", "title": "Port", "minimum": 1, "maximum": 65535}
SCHEMA = {
    "type": "object",
    "required": ["sender", "way"],
    "properties": {
        "sender": {"type": "string", "title": "Sender", "format": "email"},
        "way": {
            "type": "string",
            "title": "Way",
            "oneOf": [{"const": "key", "title": "By key"}, {"const": "post", "title": "By post"}],
        },
    },
    "oneOf": [
        {
            "properties": {
                "way": {"const": "key"},
                "region": {"enum": ["eu", "us"], "default": "us", "x-address": True},
                "api_key": {"type": "string", "title": "API key", "writeOnly": True, "minLength": 5},
            },
            "required": ["api_key"],
        },
        {
            "properties": {
                "way": {"const": "post"},
                "host": {"type": "string", "title": "Host", "x-address": True},
                "port": {**PORT, "x-address": True, "default": 25},
                "password": {"type": "string", "title": "Password", "writeOnly": True},
                "api_key": {"type": "string", "title": "Access key", "writeOnly": True},
                "certificate": {"type": "string", "title": "Certificate", "x-multiline": True},
                "quick": {"type": "boolean", "title": "Quick"},
            },
            "required": ["host", "port", "password"],
        },
    ],
    "unevaluatedProperties": False,
}
BY_KEY = {"sender": "a@b.test", "way": "key", "region": "us", "api_key": "k3y-secret"}
BY_POST = {"sender": "a@b.test", "way": "post", "host": "mail.test", "port": 25, "password": "p0st-secret"}
SECRETS = ("k3y-secret", "p0st-secret", "acc3ss-secret")


def test_a_schema_knows_its_variants():
    assert discriminator(SCHEMA) == "way"
    assert discriminator({"properties": {"a": {"oneOf": [{"const": 1}]}}}) == ""
    assert list(rules_of(SCHEMA)) == ["way", "sender", "region", "api_key", "host", "port", "password", *REST]
    assert list(rules_of(SCHEMA, BY_KEY)) == ["way", "sender", "region", "api_key"]
    assert rules_of(SCHEMA, BY_POST)["api_key"]["title"] == "Access key"
    assert secret_names(SCHEMA) == ["api_key", "password"]
    assert secret_names(SCHEMA, BY_KEY) == ["api_key"]
    assert address_names(SCHEMA) == ["way", "region", "host", "port"]
    assert address_names(SCHEMA, BY_POST) == ["way", "host", "port"]
    assert set(without_secrets(SCHEMA, BY_KEY | BY_POST)) == {"sender", "way", "region", "host", "port"}


REST = ("certificate", "quick")


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([{}], "key"),
        ([{"way": "post"}, {"way": "key"}], "post"),
        ([{"way": "fax"}, {"way": "post"}], "post"),
        ([{"way": ["post"]}], "key"),
    ],
)
def test_the_first_source_that_names_a_variant_decides(sources, expected):
    assert variant_in(SCHEMA, *sources) == expected


def test_without_any_source_the_default_decides():
    schema = deepcopy(SCHEMA)
    schema["properties"]["way"]["default"] = "post"
    assert variant_in(schema, {}) == "post"


@pytest.mark.parametrize("settings", [BY_KEY, BY_POST])
def test_the_flat_schema_takes_what_the_whole_one_takes(settings):
    flat = Draft202012Validator(variant_schema(SCHEMA, settings))
    assert Draft202012Validator(SCHEMA).is_valid(settings)
    assert flat.is_valid(settings)
    assert not flat.is_valid(settings | {"more": 1})
    assert not flat.is_valid({name: value for name, value in settings.items() if name not in SCHEMA["required"]})


def test_a_form_has_the_fields_of_its_variant_and_the_choice_first():
    form = form_class(SCHEMA)()
    assert list(form.fields) == ["way", "sender", "region", "api_key"]
    assert isinstance(form.fields["way"].widget, forms.RadioSelect)
    assert form.fields["way"].choices == [("key", "By key"), ("post", "By post")]
    assert form["way"].value() == "key"
    assert list(form_class(SCHEMA)(initial={"way": "post"}).fields)[2:] == [
        "host",
        "port",
        "password",
        "api_key",
        *REST,
    ]
    assert list(form_class(SCHEMA, stored=BY_POST)().fields)[2] == "host"
    assert form_class(SCHEMA, stored=BY_POST)({"way": "key"}).fields.keys() == form.fields.keys()


def test_settings_are_those_of_the_chosen_variant_alone():
    typed = {**{name: str(value) for name, value in BY_POST.items()}, "region": "eu", "api_key": "", "quick": "on"}
    form = form_class(SCHEMA)(typed)
    assert form.is_valid(), form.errors
    assert form.settings == {**BY_POST, "quick": True}


def test_another_variant_starts_with_what_both_show():
    html = form_class(SCHEMA, stored=BY_KEY)(initial={"way": "post"}).as_p()
    assert 'value="a@b.test"' in html
    assert "Leave empty to keep it" not in html
    assert "Leave empty to keep it" in form_class(SCHEMA, stored=BY_KEY)().as_p()


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"way": "Choose the way.", "sender": "Type the sender.", "api_key": "Type the API key."}),
        ({**BY_KEY, "way": "fax"}, {"way": "Select a valid choice. fax"}),
        ({**BY_KEY, "api_key": "abc"}, {"api_key": "This is not valid; expected: at least 5 characters."}),
        ({**BY_KEY, "way": "post"}, {"host": "Type the host.", "port": "Type the port.", "password": "Type the pass"}),
        ({**BY_POST, "port": "0"}, {"port": "1"}),
        ({**BY_POST, "sender": "nobody"}, {"sender": "is not an email address"}),
    ],
)
def test_errors_land_on_their_fields_in_words(data, errors):
    form = form_class(SCHEMA)(data)
    assert not form.is_valid()
    assert form.errors.keys() == errors.keys()
    assert [name for name, words in errors.items() if words not in form.errors[name][0]] == []
    assert "oneOf" not in str(form.errors)
    assert "given schemas" not in str(form.errors)


def test_a_rule_within_a_variant_lands_on_the_missing_field():
    schema = deepcopy(SCHEMA)
    schema["oneOf"][1]["dependentRequired"] = {"api_key": ["certificate"]}
    form = form_class(schema)({**BY_POST, "api_key": "acc3ss-secret"})
    assert not form.is_valid()
    assert form.errors == {"certificate": ["Type the certificate."]}


def test_a_changed_address_of_the_variant_is_named():
    form = form_class(SCHEMA, stored=BY_POST)({**BY_POST, "port": "465", "password": ""})
    assert not form.is_valid()
    assert form.errors == {"password": ["Type this again, because “Port” changed."]}
    kept = form_class(SCHEMA, stored=BY_POST)({**BY_POST, "password": ""})
    assert kept.is_valid(), kept.errors
    assert kept.settings == {**BY_POST, "quick": False}


def test_a_changed_variant_demands_every_secret():
    assert secrets_to_retype(SCHEMA, BY_POST, {**BY_POST, "way": "key"}) == ["password"]
    assert secrets_to_retype(SCHEMA, BY_POST, {name: BY_POST[name] for name in BY_POST if name != "way"}) == [
        "password"
    ]
    form = form_class(SCHEMA, stored={**BY_POST, "api_key": "acc3ss-secret"})({"way": "key", "sender": "a@b.test"})
    assert not form.is_valid()
    assert form.errors == {"api_key": ["Type the API key."]}


WITH_ACCESS = {**BY_POST, "api_key": "acc3ss-secret"}


def test_an_optional_stored_secret_can_be_removed():
    form_with = form_class(SCHEMA, stored=WITH_ACCESS)
    assert "Remove the stored access key" in form_with().as_p()
    assert "Remove the stored password" not in form_with().as_p()
    assert "Remove the stored" not in form_class(SCHEMA, stored=BY_POST)().as_p()
    empty = {"password": "", "api_key": ""}
    kept, removed = form_with({**BY_POST, **empty}), form_with({**BY_POST, **empty, "api_key-remove": "on"})
    assert kept.is_valid()
    assert removed.is_valid()
    assert kept.settings["api_key"] == "acc3ss-secret"
    assert removed.settings == {**BY_POST, "quick": False}
    moved = form_with({**BY_POST, "host": "b.test", "password": "new", "api_key-remove": "on"})
    assert moved.is_valid(), moved.errors
    assert "api_key" not in moved.settings
    replaced = form_with({**BY_POST, "api_key": "another", "api_key-remove": "on"})
    assert replaced.is_valid()
    assert replaced.settings["api_key"] == "another"


def test_a_required_secret_is_not_removed():
    form = form_class(SCHEMA, stored=WITH_ACCESS)({**BY_POST, "password": "", "password-remove": "on"})
    assert form.is_valid()
    assert form.settings["password"] == "p0st-secret"


STORED = (BY_KEY, BY_POST, {**BY_POST, "api_key": "acc3ss-secret"})
POSTED = {
    "sender": ["c@d.test"],
    "way": ["key", "post", ""],
    "region": ["us", "eu", ""],
    "host": ["mail.test", "evil.test", ""],
    "port": ["25", "465", ""],
    "password": ["typed-one", ""],
    "api_key": ["typed-two", ""],
}


def place_of(settings):
    """Where secrets are sent; a default that is left out is that default."""
    return [settings.get(name) or {"region": "us"}.get(name) for name in ("way", "region", "host", "port")]


@pytest.mark.parametrize("stored", STORED)
def test_no_stored_secret_goes_to_another_place(stored):
    """Over all methods, addresses and empty fields: a secret is kept for exactly the place that it was typed for."""
    kept_at = []
    for values in product(*POSTED.values()):
        form = form_class(SCHEMA, stored=stored)(dict(zip(POSTED, values, strict=True)))
        if not form.is_valid():
            continue
        assert set(form.settings) <= set(rules_of(SCHEMA, form.settings))
        if set(form.settings.values()) & set(SECRETS):
            kept_at.append(place_of(form.settings))
    assert kept_at
    assert [place for place in kept_at if place != place_of(stored)] == []


@given(
    st.sampled_from(STORED),
    st.fixed_dictionaries({}, optional={name: st.sampled_from([*values, "x"]) for name, values in POSTED.items()}),
    st.booleans(),
)
def test_no_secret_comes_back(stored, data, bound):
    form = form_class(SCHEMA, stored=stored)(data if bound else None, initial=data)
    html = f"{form.as_p()}{form.errors}"
    assert [secret for secret in (*SECRETS, "typed-one", "typed-two") if secret in html] == []
