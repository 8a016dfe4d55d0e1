"""Settings of extensions as programs send them: of the wrong kind, taken away, with another address, with secrets."""

import json
from typing import Any

import pytest

from extensions.core import registry, secret_settings
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations
from tests.extensions import meterco

ROOT = "/abc123/api/v0002/extensions"


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
