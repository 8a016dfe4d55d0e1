"""A key that is missing or comes back while everything runs: what waits, what is said, and that nothing is typed."""

import logging

import pytest
from cryptography.fernet import Fernet

from extensions.core import health, lanes, performing
from extensions.core.contract import AuthRejected
from extensions.core.models import ConnectionCheck, ExtensionConfig, Operation
from extensions.core.services import configurations, connection_checks, operations, readability
from iotdash.audit.models import ActivityEntry
from iotdash.lib import crypto, key_rotation
from iotdash.runtime import sweep
from tests.extensions import meterco
from tests.extensions.test_performing import activate

OTHER = Fernet.generate_key().decode()


@pytest.fixture
def keys(settings):
    """`keys(lost=True)` takes the key away, `keys()` brings it back."""
    right = settings.IOTDASH_SECRET_KEYS

    def set_keys(*, lost: bool = False) -> None:
        settings.IOTDASH_SECRET_KEYS = [OTHER] if lost else [OTHER, *right]

    return set_keys


def state(config) -> str:
    config.refresh_from_db()
    return config.state


def test_what_was_asked_waits_for_the_key_and_then_goes_on(target, source, work, provider, config, keys):
    activate(target, source)
    keys(lost=True)
    assert work().state == "queued"
    assert provider.calls["set_state"] == 0
    assert state(config) == "unreadable"
    keys()
    sweep.run()
    assert state(config) == "connected"
    assert work().state == "confirmed"
    assert provider.calls["set_state"] == 1


def test_the_lane_does_not_turn_in_circles_meanwhile(target, source, work, config, keys, monkeypatch):
    activate(target, source)
    keys(lost=True)
    steps, run = [], performing.run
    monkeypatch.setattr(performing, "run", lambda operation, turn: steps.append(1) or run(operation, turn))
    work()
    work()
    assert len(steps) == 1


def test_the_sweep_notices_before_anybody_asks(config, keys, caplog):
    readability.review()
    assert state(config) == "connected"
    keys(lost=True)
    lost = crypto.key_of(config.secrets)
    with caplog.at_level(logging.ERROR):
        readability.review()
    assert state(config) == "unreadable"
    assert f"The key with id {lost} is missing" in config.unreadable_reason
    assert lost in caplog.text
    assert [entry.action for entry in ActivityEntry.objects.filter(action__contains="secrets")] == [
        "extension secrets unreadable"
    ]
    readability.review()
    assert ActivityEntry.objects.filter(action="extension secrets unreadable").count() == 1
    assert f"extension configurations: {1}." in readability.sentence()


def test_without_any_key_nothing_is_readable(config, settings):
    settings.IOTDASH_SECRET_KEYS = []
    readability.review()
    assert state(config) == "unreadable"


def test_damaged_secrets_are_found_when_they_are_needed_and_stay_marked(target, source, work, config):
    activate(target, source)
    ExtensionConfig.objects.update(secrets=config.secrets[:-8] + "AAAAAAA=")
    work()
    assert state(config) == "unreadable"
    assert "damaged" in config.unreadable_reason
    readability.review()
    assert state(config) == "unreadable"


@pytest.mark.parametrize("before", ["connected", "needs attention", "throttled", "not checked"])
def test_the_health_before_comes_back(config, keys, before):
    ExtensionConfig.objects.update(health=before, health_reason="Said before.")
    keys(lost=True)
    readability.review()
    assert state(config) == "unreadable"
    keys()
    readability.review()
    assert (state(config), config.health_reason, config.unreadable_reason) == (before, "Said before.", "")


def test_nothing_more_can_be_asked_meanwhile(target, source, config, keys):
    keys(lost=True)
    readability.review()
    target.config.refresh_from_db()
    with pytest.raises(operations.NotCallable, match="cannot be read"):
        activate(target, source)


def test_secrets_typed_again_are_readable_at_once(config, source, keys):
    keys(lost=True)
    readability.review()
    configurations.replace_settings(config, meterco.SETTINGS, source)
    assert (state(config), config.unreadable_reason) == ("connected", "")
    assert crypto.key_of(config.secrets) == crypto.key_id(OTHER)


def test_a_draft_that_cannot_be_read_asks_nothing_of_the_service(
    config, carrier, source, provider, keys, owner_client, organization
):
    asked = provider.calls["check"]
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS | {"user": "new"}, source)
    keys(lost=True)
    lanes.run(check.lane_id)
    check.refresh_from_db()
    assert (check.state, check.error) == ("failed", "")
    assert "is missing" in check.sentence
    assert (state(config), provider.calls["check"]) == ("connected", asked)
    body = owner_client.get(f"/{organization.public_id}/extensions/checks/{check.public_id}/").content.decode()
    assert "Nothing was asked" in body
    assert "In the words of" not in body


class Rotates:
    """Rotates all keys while a call is on its way."""

    def __init__(self, settings) -> None:
        settings.IOTDASH_SECRET_KEYS = [OTHER, *settings.IOTDASH_SECRET_KEYS]

    def __call__(self, answer):
        assert key_rotation.rotate().changed
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_rotation_while_a_check_is_on_its_way_keeps_its_proof(organization, carrier, source, provider, settings):
    config = configurations.add(organization, carrier, "Main", meterco.SETTINGS, source)
    rotates = Rotates(settings)
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source, config)
    provider.will["check"] = [lambda: rotates(meterco.Proof("Accepted."))]
    lanes.run(check.lane_id)
    assert (state(config), config.proof) == ("connected", "Accepted.")
    assert crypto.key_of(config.secrets) == crypto.key_id(OTHER)


def test_a_rotation_while_an_operation_is_on_its_way_keeps_what_it_says_of_the_account(
    target, source, work, provider, config, settings
):
    activate(target, source)
    rotates = Rotates(settings)
    provider.will["set_state"] = [lambda: rotates(AuthRejected("The key is refused."))]
    work()
    assert (state(config), Operation.objects.get().state) == ("needs attention", "queued")


def test_credentials_replaced_while_a_check_is_on_its_way_are_not_proved_by_it(config, carrier, source, provider):
    def answer():
        current = ExtensionConfig.objects.get(pk=config.pk)
        configurations.replace_settings(current, meterco.SETTINGS | {"key": "another"}, source)
        return meterco.Proof("Accepted.")

    check = connection_checks.ask(config.organization, carrier, meterco.SETTINGS, source, config)
    provider.will["check"] = [answer]
    lanes.run(check.lane_id)
    assert ConnectionCheck.objects.get(pk=check.pk).state == "proved"
    assert (state(config), config.proved_at) == ("not checked", None)


def test_what_a_late_answer_says_of_replaced_credentials_is_not_noted(config, source):
    before = ExtensionConfig.objects.get(pk=config.pk)
    configurations.replace_settings(config, meterco.SETTINGS | {"key": "another"}, source)
    health.note_failure(before, AuthRejected("The key is refused."))
    assert state(config) == "not checked"
