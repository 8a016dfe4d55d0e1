"""Settings of extensions as programs send them: of the wrong kind, taken away, with another address, with secrets."""

import json
import logging
from typing import Any

import pytest

from extensions.core import registry, secret_settings
from extensions.core.models import ExtensionConfig
from extensions.core.rest import configurations as rest
from extensions.core.services import configurations
from iotdash.lib.schema_forms import branches, discriminator, rules_of
from tests.extensions import meterco

ROOT = "/abc123/api/v0002/extensions"
SECRET = "hUnter2-very-secret"
INSTALLED = sorted(registry.manifests())


@pytest.fixture(autouse=True)
def unlimited(settings):
    settings.IOTDASH_REST_PER_SECOND = settings.IOTDASH_REST_WAIT_SECONDS = 0


@pytest.fixture
def send(owner_client, provider):
    def call(method: str, path: str, body: dict[str, Any]):
        return getattr(owner_client, method)(f"{ROOT}{path}", json.dumps(body), "application/json")

    return call


@pytest.fixture
def placed(provider, monkeypatch, organization, source) -> ExtensionConfig:
    """Its address may be left out: then it is the service's usual one."""
    schema = {**meterco.SETTINGS_SCHEMA, "required": ["user"]}
    loose = {"account_key": lambda settings: settings["user"], "endpoint": lambda settings: settings.get("host", "")}
    manifest = meterco.manifest(provider, settings_schema=schema, **loose)
    monkeypatch.setitem(registry._manifests, "meterco", manifest)
    return configurations.add(organization, manifest, "Main account", meterco.SETTINGS, source)


def test_an_address_that_is_taken_away_is_another_one(send, placed):
    answer = send("put", f"/{placed.pk}", {"settings": {"host": ""}})
    assert answer.status_code == 400
    assert "all secrets must be sent again: key" in answer.json()["violations"][0]["message"]
    placed.refresh_from_db()
    assert secret_settings.whole(placed) == meterco.SETTINGS


@pytest.mark.parametrize(("key", "kept"), [("another", {"key": "another"}), ("", {})])
def test_secrets_that_are_sent_with_it_may_be_empty(send, placed, key, kept):
    assert send("put", f"/{placed.pk}", {"settings": {"host": "", "key": key}}).status_code == 200
    placed.refresh_from_db()
    assert secret_settings.whole(placed) == {"user": "fleet", **kept}


def forms_of(slug: str) -> list[dict[str, Any]]:
    """What tells the ways to set it up from each other."""
    schema = registry.manifest(slug).settings_schema
    return [{discriminator(schema): value} for value in branches(schema)] or [{}]


@pytest.mark.parametrize("slug", INSTALLED)
@pytest.mark.parametrize("value", [[SECRET], {SECRET: SECRET}, 7, True, 1.5])
def test_values_of_the_wrong_type_are_told_by_field(send, slug, value, caplog):
    caplog.set_level(logging.DEBUG)
    fields = rules_of(registry.manifest(slug).settings_schema)
    for form in forms_of(slug):
        for settings in (dict.fromkeys(fields, value) | form, *({**form, name: value} for name in fields)):
            answer = send("post", "", {"extension": slug, "settings": settings})
            assert answer.status_code == 400, settings
            assert SECRET not in answer.content.decode()
    assert SECRET not in caplog.text


@pytest.mark.parametrize("slug", INSTALLED)
def test_no_answer_repeats_a_secret(send, slug):
    for form in forms_of(slug):
        schema = registry.manifest(slug).settings_schema
        secrets = [name for name, rule in rules_of(schema).items() if rule.get("writeOnly")]
        answer = send("post", "", {"extension": slug, "settings": {**form, **dict.fromkeys(secrets, SECRET)}})
        assert SECRET not in answer.content.decode()


def test_what_others_changed_meanwhile_stays(send, config, source, monkeypatch):
    found = rest.configuration_or_404

    def and_then_somebody_else(*asked):
        mine, theirs = found(*asked), found(*asked)
        configurations.replace_settings(theirs, meterco.SETTINGS | {"key": "rolled"}, source)
        return mine

    monkeypatch.setattr(rest, "configuration_or_404", and_then_somebody_else)
    assert send("put", f"/{config.pk}", {"settings": {"user": "renamed"}}).status_code == 200
    config.refresh_from_db()
    assert secret_settings.whole(config) == meterco.SETTINGS | {"user": "renamed", "key": "rolled"}
