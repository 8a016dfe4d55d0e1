"""Extension configurations by the REST API. Secrets go in and never come out."""

import json
import logging

import pytest
from django.core import serializers

from extensions.core import registry, secret_settings
from extensions.core.contract import AuthRejected
from extensions.core.models import ConnectionCheck, ExtensionConfig
from extensions.core.services import configurations
from iotdash.audit.models import ActivityEntry
from tests.cast import DeviceFactory
from tests.extensions import meterco

ROOT = "/abc123/api/v0002/extensions"
SECRET = meterco.SETTINGS["key"]
NEW = {"extension": "meterco", "name": "Main account", "settings": meterco.SETTINGS}


@pytest.fixture(autouse=True)
def unlimited(settings):
    settings.IOTDASH_REST_PER_SECOND = settings.IOTDASH_REST_WAIT_SECONDS = 0


@pytest.fixture
def send(owner_client, provider):
    def call(method, path, body=None, client=owner_client, **headers):
        given = [] if body is None else [json.dumps(body), "application/json"]
        return getattr(client, method)(f"{ROOT}{path}", *given, headers=headers)

    return call


def violations(answer):
    assert answer.status_code == 400, answer.content
    return {each["exception"]["properties"][0]: each["message"] for each in answer.json()["violations"]}


def test_one_is_added_shown_listed_and_removed(send, reader_client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = send("post", "", NEW)
    assert answer.status_code == 201
    body = answer.json()
    assert answer["Location"] == f"{ROOT}/{body['id']}"
    assert (body["name"], body["default"], body["health"], body["devices"]) == ("Main account", True, "not checked", 0)
    assert body["settings"] == {"user": "fleet", "host": "meterco.test"}
    assert body["secrets"] == ["key"]
    assert secret_settings.whole(ExtensionConfig.objects.get()) == meterco.SETTINGS
    assert ConnectionCheck.objects.count() == 1
    assert reader_client.get(answer["Location"]).json() == body
    assert reader_client.get(ROOT).json() == {"results": [body], "meta": {"total_rows": 1}}
    assert send("delete", f"/{body['id']}").status_code == 204
    assert ExtensionConfig.objects.get().secrets == ""
    assert send("get", f"/{body['id']}").status_code == send("delete", f"/{body['id']}").status_code == 404


def test_configurations_are_filtered_sorted_and_paged(send, config, carrier, source, organization):
    for name in ("B", "A", "C"):
        configurations.add(organization, carrier, name, meterco.SETTINGS | {"user": name}, source)
    first = send("get", "?_sort=name&_limit=3").json()
    assert [each["name"] for each in first["results"]] == ["A", "B", "C"]
    rest = send("get", f"?_sort=name&_limit=3&_bookmark={first['bookmark']}").json()
    assert [each["name"] for each in rest["results"]] == ["Main account"]
    assert "bookmark" not in rest
    assert send("get", "?name=B").json()["meta"]["total_rows"] == 1
    assert send("get", "?extension=other").json()["results"] == []


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"user": "fleet", "host": "meterco.test"}, {"settings.key"}),
        ({**meterco.SETTINGS, "colour": "red"}, {"settings.colour"}),
        ({**meterco.SETTINGS, "user": 7}, {"settings.user"}),
        ({**meterco.SETTINGS, "key": {"of": SECRET}}, {"settings.key"}),
        ({"key": [SECRET], "user": None}, {"settings.key", "settings.user", "settings.host"}),
        ({**meterco.SETTINGS, "key": ""}, {"settings.key"}),
    ],
)
def test_settings_are_checked_by_the_extensions_schema(send, typed, wrong):
    answer = send("post", "", NEW | {"settings": typed})
    assert set(violations(answer)) == wrong
    assert SECRET not in answer.content.decode()
    assert not ExtensionConfig.objects.exists()


def test_a_name_that_shows_nothing_is_none(send):
    assert list(violations(send("post", "", NEW | {"name": " "}))) == ["name"]
    assert not ExtensionConfig.objects.exists()


def test_what_the_provider_knows_better_is_said(send, provider, monkeypatch):
    problems = meterco.manifest(provider, settings_problems=lambda settings: (("user", "No such fleet."),))
    monkeypatch.setitem(registry._manifests, "meterco", problems)
    assert violations(send("post", "", NEW)) == {"settings.user": "IOTD0400E: settings.user: No such fleet."}


@pytest.mark.parametrize(
    "body", [SECRET, [SECRET], {"extension": "meterco", "settings": SECRET}, {"settings": [SECRET]}]
)
def test_no_error_repeats_what_was_sent(send, body, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = send("post", "", body)
    assert answer.status_code == 400
    assert SECRET not in answer.content.decode() + caplog.text


def test_what_there_is_already_is_told_with_its_address(send, config):
    answer = send("post", "", NEW | {"name": "Again"})
    assert (answer.status_code, answer["Location"]) == (409, f"{ROOT}/{config.pk}")
    assert "Main account" in answer.json()["message"]
    other = NEW | {"settings": meterco.SETTINGS | {"user": "second"}}
    assert send("post", "", other).status_code == 409
    assert list(violations(send("post", "", NEW | {"extension": "nobody"}))) == ["extension"]


def test_settings_are_merged_and_secrets_kept(send, config, django_capture_on_commit_callbacks):
    checks = ConnectionCheck.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        answer = send("put", f"/{config.pk}", {"settings": {"user": "renamed"}})
    assert ConnectionCheck.objects.count() == checks + 1
    assert (answer.status_code, answer.json()["settings"]["user"]) == (200, "renamed")
    config.refresh_from_db()
    assert secret_settings.whole(config) == meterco.SETTINGS | {"user": "renamed"}
    assert config.health == "not checked"


def test_the_same_settings_change_nothing(send, config):
    answer = send("put", f"/{config.pk}", {"name": "Main account", "settings": dict(meterco.SETTINGS), "default": True})
    assert answer.status_code == 200
    before = config.credentials_version
    config.refresh_from_db()
    assert (config.credentials_version, config.health) == (before, "connected")


def test_another_address_needs_all_secrets_again(send, config):
    told = violations(send("put", f"/{config.pk}", {"settings": {"host": "thief.test"}}))
    assert "all secrets must be sent again: key" in told["settings.key"]
    config.refresh_from_db()
    assert config.settings["host"] == "meterco.test"
    both = {"settings": {"host": "elsewhere.test", "key": "another"}}
    assert send("put", f"/{config.pk}", both).json()["settings"]["host"] == "elsewhere.test"
    config.refresh_from_db()
    assert secret_settings.whole(config)["key"] == "another"


def test_nothing_is_changed_by_halves(send, config):
    answer = send("put", f"/{config.pk}", {"settings": {"user": "renamed"}, "default": False})
    assert answer.status_code == 409
    config.refresh_from_db()
    assert config.settings["user"] == "fleet"


def test_rename_default_pause_and_resume(send, config, carrier, source, organization):
    second = configurations.add(organization, carrier, "Second", meterco.SETTINGS | {"user": "b"}, source)
    assert send("put", f"/{second.pk}", {"name": "Backup", "default": True}).json()["default"] is True
    assert send("get", f"/{config.pk}").json()["default"] is False
    assert send("put", f"/{config.pk}", {"name": "Backup"}).status_code == 409
    assert list(violations(send("put", f"/{config.pk}", {"name": " "}))) == ["name"]
    paused = send("post", f"/{second.pk}/pause").json()
    assert (paused["health"], paused["paused"]) == ("paused", True)
    assert "owner@example.com" in paused["reason"]
    assert send("post", f"/{second.pk}/resume/").json()["paused"] is False


def test_a_check_is_answered_when_it_settles_or_followed(send, config, work, monkeypatch, settings, provider):
    followed = send("post", f"/{config.pk}/check")
    assert (followed.status_code, followed.json()["state"]) == (202, "queued")
    work()
    told = send("get", followed["Location"].removeprefix(ROOT)).json()
    assert (told["state"], told["sentence"]) == ("proved", "The key of fleet is accepted.")
    settings.IOTDASH_REST_WAIT_SECONDS = 5
    monkeypatch.setattr("extensions.core.rest.waiting.time.sleep", lambda seconds: work())
    provider.will["check"] = [AuthRejected("The key is refused.", code="1", words="Invalid credentials")]
    answer = send("post", f"/{config.pk}/check")
    assert (answer.status_code, answer.json()["state"], answer.json()["words"]) == (
        200,
        "failed",
        "Invalid credentials",
    )
    assert send("get", f"/{config.pk}").json()["health"] == "needs attention"


def test_a_check_of_what_is_removed_meanwhile(send, config, source, monkeypatch, settings):
    settings.IOTDASH_REST_WAIT_SECONDS = 5
    removing = lambda seconds: configurations.remove(config, source)  # noqa: E731
    monkeypatch.setattr("extensions.core.rest.waiting.time.sleep", removing)
    assert send("post", f"/{config.pk}/check").status_code == 404


def test_what_is_installed_is_told_to_administrators(send, config, reader_client):
    entries = {each["extension"]: each for each in send("get", "/catalogue").json()["results"]}
    assert entries.keys() == registry.manifests().keys()
    mine = entries["meterco"]
    assert (mine["deviceKey"], mine["configurations"]) == ("meterco", 1)
    assert mine["settingsSchema"]["properties"]["key"]["writeOnly"] is True
    assert {"id": "sms", "title": "Send SMS", "kind": "write", "method": "POST", "leastRole": "Operator"} in mine[
        "operations"
    ]
    assert reader_client.get(f"{ROOT}/catalogue").status_code == 403


def test_only_administrators_change(send, config, operator_client):
    for method, path, body in (
        ("post", "", NEW),
        ("put", f"/{config.pk}", {"name": "x"}),
        ("delete", f"/{config.pk}", None),
        ("post", f"/{config.pk}/check", None),
        ("post", f"/{config.pk}/pause", None),
        ("post", f"/{config.pk}/resume", None),
    ):
        assert send(method, path, body, operator_client).status_code == 403, path
    assert operator_client.get(ROOT).status_code == 200


def test_secrets_are_in_no_answer_row_or_log(send, reader_client, config, caplog):
    with caplog.at_level(logging.DEBUG):
        texts = [
            send("put", f"/{config.pk}", {"settings": {"key": "n3w-secret"}}, idempotency_key="k").content.decode()
        ]
        other = NEW | {"name": "Other", "settings": meterco.SETTINGS | {"user": "b", "key": "n3w-secret"}}
        texts += [send("post", "", other, idempotency_key="k").content.decode() for _ in "12"]
        texts += [send("get", path).content.decode() for path in ("", f"/{config.pk}", "/catalogue")]
    everything = [ExtensionConfig, ConnectionCheck, ActivityEntry]
    rows = [serializers.serialize("json", model.objects.all()) for model in everything]
    assert "n3w-secret" not in "".join([*texts, *rows, caplog.text])
    assert SECRET not in "".join([*texts, *rows, caplog.text])


def test_configurations_of_others_are_not_there(other_owner_client, other_organization, config):
    root = f"/{other_organization.public_id}/api/v0002/extensions/{config.pk}"
    assert other_owner_client.get(root).status_code == other_owner_client.delete(root).status_code == 404
    assert other_owner_client.post(f"{root}/check").status_code == 404


def test_devices_are_counted(send, config, target, organization):
    DeviceFactory(organization=organization)
    assert send("get", f"/{config.pk}").json()["devices"] == 1
