import re

import pytest
from django import forms

from iotdash.lib.schema_forms import form_class, secret_names, secrets_to_retype, without_secrets

SCHEMA = {
    "type": "object",
    "required": ["username", "password", "host"],
    "additionalProperties": False,
    "properties": {
        "username": {
            "type": "string",
            "title": "User name",
            "minLength": 1,
            "description": "As on the console",
        },
        "password": {"type": "string", "writeOnly": True, "minLength": 4, "maxLength": 40},
        "key": {"type": "string", "format": "password"},
        "host": {
            "type": "string",
            "title": "Domain ID",
            "x-address": True,
            "format": "hostname",
            "x-placeholder": "restapi1.example.com",
        },
        "protocol": {
            "oneOf": [{"const": "soap", "title": "SOAP"}, {"const": "rest", "title": "REST"}],
            "default": "rest",
        },
        "level": {"enum": [1, 2, 3]},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "factor": {"type": "number"},
        "verify": {"type": "boolean", "default": True},
        "ca": {"type": "string", "x-multiline": True},
        "pem": {"type": "string", "x-multiline": True, "writeOnly": True},
    },
}
STORED = {"username": "ann", "password": "hunter2", "key": "k-secret", "host": "a.example", "verify": True}
TYPED = {"username": "ann", "password": "hunter2", "host": "a.example", "protocol": "rest"}


def new(data, **changes):
    return form_class(SCHEMA)({**data, **changes})


def edit(**data):
    return form_class(SCHEMA, stored=STORED)({"username": "ann", "host": "a.example", **data})


def test_each_kind_of_property_has_its_field():
    fields = form_class(SCHEMA)().fields
    assert isinstance(fields["password"].widget, forms.PasswordInput)
    assert isinstance(fields["key"].widget, forms.PasswordInput)
    assert isinstance(fields["port"], forms.IntegerField)
    assert isinstance(fields["factor"], forms.FloatField)
    assert isinstance(fields["verify"], forms.BooleanField)
    assert isinstance(fields["ca"].widget, forms.Textarea)
    assert (fields["username"].label, fields["username"].help_text) == ("User name", "As on the console")
    assert fields["host"].widget.attrs["placeholder"] == "restapi1.example.com"
    assert ("soap", "SOAP") in fields["protocol"].choices
    assert [name for name, field in fields.items() if field.required] == ["username", "password", "host"]


def test_a_new_set_up_shows_defaults():
    html = form_class(SCHEMA)().as_p()
    assert '<option value="rest" selected>' in html
    assert re.search(r'<input[^>]*name="verify"[^>]*checked', html)


def test_a_choice_with_a_default_cannot_be_left_out():
    fields = form_class(SCHEMA)()
    assert "Not set" not in fields["protocol"].as_widget()
    assert "optional" not in fields["protocol"].as_field_group()
    assert "Not set" in fields["level"].as_widget()
    assert "optional" in fields["level"].as_field_group()


def test_typed_values_become_settings_of_the_right_types():
    form = new(TYPED, port="443", factor="1.5", level="2", verify="on", ca="line 1\nline 2")
    assert form.is_valid(), form.errors
    assert form.settings == {
        **TYPED,
        "port": 443,
        "factor": 1.5,
        "level": 2,
        "verify": True,
        "ca": "line 1\nline 2",
    }


def test_what_is_left_empty_is_left_out_and_an_unticked_box_is_false():
    form = new(TYPED, protocol="", port="", ca=" ")
    assert form.is_valid(), form.errors
    assert form.settings == {"username": "ann", "password": "hunter2", "host": "a.example", "verify": False}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"username": ""}, "username", "Type the user name."),
        ({"password": ""}, "password", "Type the password."),
        ({"password": "abc"}, "password", "at least 4 characters"),
        ({"port": "70000"}, "port", "Type a whole number from 1 to 65535."),
        ({"port": "0"}, "port", "Type a whole number from 1 to 65535."),
        ({"port": "x"}, "port", "Type a whole number from 1 to 65535."),
        ({"protocol": "fax"}, "protocol", "fax"),
        ({"level": "9"}, "level", "9"),
        ({"host": "not a host"}, "host", "is not a host name"),
    ],
)
def test_an_error_lands_on_its_field_in_words(changes, field, words):
    form = new(TYPED, **changes)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]


def test_a_rule_across_fields_lands_on_the_missing_field():
    schema = {**SCHEMA, "if": {"required": ["port"]}, "then": {"required": ["factor"]}}
    form = form_class(schema)({**TYPED, "port": "1"})
    assert not form.is_valid()
    assert form.errors == {"factor": ["Type the factor."]}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"title": "API key", "writeOnly": True}, "Type the API key."),
        ({"title": "Target state", "enum": ["A"]}, "Choose the target state."),
        ({}, "Type the one field."),
    ],
)
def test_a_required_field_left_empty_is_named(rule, words):
    schema = {"type": "object", "required": ["one_field"], "properties": {"one_field": {"type": "string", **rule}}}
    assert form_class(schema)({}).errors == {"one_field": [words]}


def test_an_empty_secret_keeps_the_stored_one():
    form = edit(username="bob")
    assert form.is_valid(), form.errors
    assert form.settings["password"] == "hunter2"
    assert form.settings["key"] == "k-secret"
    assert form.settings["username"] == "bob"


def test_a_typed_secret_replaces_the_stored_one():
    form = edit(password="new-one")
    assert form.is_valid(), form.errors
    assert (form.settings["password"], form.settings["key"]) == ("new-one", "k-secret")


def test_a_changed_address_asks_for_every_secret_again():
    form = edit(host="evil.example")
    assert not form.is_valid()
    assert set(form.errors) == {"password", "key"}
    assert "“Domain ID” changed" in form.errors["key"][0]
    assert "hunter2" not in str(form.settings)
    half = edit(host="evil.example", password="hunter3")
    assert not half.is_valid()
    assert set(half.errors) == {"key"}
    whole = edit(host="b.example", password="hunter3", key="k2")
    assert whole.is_valid(), whole.errors
    assert whole.settings["key"] == "k2"


def test_which_secrets_must_be_typed_again():
    assert secret_names(SCHEMA) == ["password", "key", "pem"]
    assert secrets_to_retype(SCHEMA, STORED, {**STORED, "username": "bob"}) == []
    assert secrets_to_retype(SCHEMA, STORED, {**STORED, "host": "b.example"}) == ["password", "key"]
    assert secrets_to_retype(SCHEMA, {}, {"host": "b.example"}) == []


def test_a_default_address_made_explicit_is_no_change():
    schema = {"properties": {"url": {"x-address": True, "default": "a"}, "key": {"writeOnly": True}}}
    assert secrets_to_retype(schema, {"key": "x"}, {"url": "a"}) == []
    assert secrets_to_retype(schema, {"key": "x", "url": "b"}, {}) == ["key"]


@pytest.mark.parametrize(
    "data", [None, {"host": "evil.example"}, {"password": "abc", "key": "typed-key", "pem": "P\nQ"}]
)
def test_no_secret_is_ever_rendered(data):
    form = form_class(SCHEMA, stored={**STORED, "pem": "pem-secret"})(data, initial=STORED)
    html = form.as_p() + form.as_table() + str(form.errors)
    for secret in ("hunter2", "k-secret", "pem-secret", "typed-key", "P\nQ", ">abc"):
        assert secret not in html


def test_a_wrong_secret_is_not_quoted_in_its_error():
    form = new(TYPED, password="abc")
    assert "abc" not in str(form.errors)


def test_stored_settings_fill_the_form_and_say_that_a_secret_is_stored():
    html = form_class(SCHEMA, stored=STORED)().as_p()
    assert 'value="ann"' in html
    assert "Leave empty to keep it" in html
    assert without_secrets(SCHEMA, STORED) == {"username": "ann", "host": "a.example", "verify": True}
