"""The forms that an extension's schemas give."""

import pytest
from jsonschema import Draft202012Validator

from extensions.core.forms import operation_form, settings_form
from iotdash.lib.schema_forms import (
    address_names,
    branches,
    discriminator,
    secret_names,
    variant_in,
    variant_schema,
)
from tests.contract.rehearsing import leaks, operations, secrets_of, typed_addresses

HOST = "service.example.com"
ADDRESS, ELSEWHERE = f"https://{HOST}", "https://elsewhere.example.net"


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
    assert HOST in manifest.endpoint(settings)


def variant_choices(manifest):
    """What chooses each variant of its settings; of settings without variants, nothing."""
    chooser = discriminator(manifest.settings_schema)
    return [{chooser: value} for value in branches(manifest.settings_schema)] or [{}]


def test_the_form_has_every_field_with_its_title(manifest):
    for chosen in variant_choices(manifest):
        form = settings_form(manifest, None)(initial=chosen)
        schema = variant_schema(manifest.settings_schema, chosen)
        assert list(form.fields) == list(schema["properties"])
        page = str(form)
        assert [rule["title"] for rule in schema["properties"].values() if rule["title"] not in page] == []
        assert {name for name, field in form.fields.items() if field.required} == set(schema["required"])


def test_nothing_filled_in_is_refused_at_each_required_field(manifest):
    for chosen in variant_choices(manifest):
        form = settings_form(manifest, None)(chosen)
        assert not form.is_valid()
        required = set(variant_schema(manifest.settings_schema, chosen)["required"])
        assert required - set(chosen) <= set(form.errors)


def test_secrets_are_never_put_into_the_form(manifest, settings):
    secrets = secrets_of(manifest, settings)
    assert secrets
    form = settings_form(manifest, settings)
    wrong = dict.fromkeys(public(manifest, settings), "") | settings
    wrong[typed_addresses(manifest, settings)[0]] = "not a host"
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
    addresses = address_names(manifest.settings_schema, settings)
    address = [name for name in addresses if elsewhere.get(name) != settings.get(name)][position]
    changed = public(manifest, settings) | {address: elsewhere[address]}
    form = settings_form(manifest, settings)(changed)
    assert not form.is_valid()
    held = {name for name in secret_names(manifest.settings_schema) if settings.get(name)}
    assert held <= set(form.errors)
    again = settings_form(manifest, settings)(changed | {name: settings[name] for name in held})
    assert again.is_valid(), again.errors


def test_a_changed_method_keeps_no_secret(manifest, settings):
    for chosen in variant_choices(manifest):
        form = settings_form(manifest, settings)(public(manifest, settings) | chosen)
        if not chosen or form.variant == variant_in(manifest.settings_schema, settings):
            continue
        form.is_valid()
        assert leaks(secrets_of(manifest, settings), form.settings) == []


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
