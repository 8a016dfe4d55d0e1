"""The forms that an extension's schemas give."""

import pytest
from jsonschema import Draft202012Validator

from extensions.core.forms import operation_form, settings_form
from iotdash.lib.schema_forms import address_names, secret_names
from tests.contract.rehearsing import leaks, operations, secrets_of

ADDRESS, ELSEWHERE = "https://service.example.com", "https://elsewhere.example.net"


@pytest.fixture
def settings(variant):
    return dict(variant.settings(ADDRESS))


def public(manifest, settings):
    return {name: value for name, value in settings.items() if name not in secret_names(manifest.settings_schema)}


def test_good_settings_are_accepted_by_schema_and_form(manifest, settings):
    Draft202012Validator(manifest.settings_schema).validate(settings)
    form = settings_form(manifest, None)(settings)
    assert form.is_valid(), form.errors
    assert form.settings == settings
    assert manifest.endpoint(settings).startswith(ADDRESS)


def test_the_form_has_every_field_with_its_title(manifest):
    form = settings_form(manifest, None)()
    properties = manifest.settings_schema["properties"]
    assert set(form.fields) == set(properties)
    page = str(form)
    assert [rule["title"] for rule in properties.values() if rule["title"] not in page] == []
    required = {name for name, field in form.fields.items() if field.required}
    assert required == set(manifest.settings_schema["required"])


def test_nothing_filled_in_is_refused_at_each_required_field(manifest):
    form = settings_form(manifest, None)({})
    assert not form.is_valid()
    assert set(manifest.settings_schema["required"]) <= set(form.errors)


def test_secrets_are_never_put_into_the_form(manifest, settings):
    secrets = secrets_of(manifest, settings)
    assert secrets
    form = settings_form(manifest, settings)
    wrong = dict.fromkeys(public(manifest, settings), "") | settings
    wrong[address_names(manifest.settings_schema)[0]] = ""
    typed = form(wrong)
    assert not typed.is_valid()
    for page in (str(form()), str(typed), str(typed.errors)):
        assert leaks(secrets, page) == []


def test_secrets_left_empty_are_kept_while_the_address_is_the_same(manifest, settings):
    form = settings_form(manifest, settings)(public(manifest, settings))
    assert form.is_valid(), form.errors
    assert form.settings == settings


@pytest.mark.parametrize("position", [0, -1])
def test_a_changed_address_demands_every_secret_again(manifest, variant, settings, position):
    elsewhere = variant.settings(ELSEWHERE)
    address = address_names(manifest.settings_schema)[position]
    changed = public(manifest, settings) | {address: elsewhere[address]}
    assert changed[address] != settings[address]
    form = settings_form(manifest, settings)(changed)
    assert not form.is_valid()
    held = {name for name in secret_names(manifest.settings_schema) if settings.get(name)}
    assert held <= set(form.errors)
    again = settings_form(manifest, settings)(changed | {name: settings[name] for name in held})
    assert again.is_valid(), again.errors


def test_settings_that_reach_one_account_have_one_account_key(manifest, variant, settings):
    secrets = secret_names(manifest.settings_schema)
    other_secrets = settings | {name: "another-secret" for name in secrets if name in settings}
    assert manifest.account_key(settings) == manifest.account_key(other_secrets)
    assert manifest.account_key(settings) != manifest.account_key(dict(variant.settings(ELSEWHERE)))
    assert leaks(secrets_of(manifest, settings), manifest.account_key(settings)) == []


def test_every_operation_has_a_form_with_its_parameters(manifest):
    for spec in operations(manifest):
        form = operation_form(spec)
        assert set(form.fields) == {*spec.parameters.get("properties", {}), "form_key"}
        assert operation_form(spec, {"form_key": ""}).is_valid() == (spec.reads and not spec.parameters.get("required"))
