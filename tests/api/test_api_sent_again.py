"""A request that is sent again with its Idempotency-Key is done once; too many requests in a second wait."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Device
from extensions.core import registry
from extensions.core.models import ExtensionConfig
from iotdash.lib import crypto
from iotdash.organizations.models import KeptAnswer
from iotdash.organizations.rest import idempotency
from tests.api.conftest import program
from tests.extensions import meterco

ROOT = "/api/v0002/"
ADD = "bulk/devices/add"
ROWS = [{"typeId": "pump", "deviceId": "p1"}, {"typeId": "none", "deviceId": "p2"}]
NEW = {"extension": "meterco", "settings": meterco.SETTINGS}


def send(client: Client, path: str, body, key: str = "k1", root: str = ROOT):
    return client.post(root + path, json.dumps(body), "application/json", headers={"idempotency-key": key})


@pytest.fixture
def operate(program_of, operator, pump) -> Client:
    return program_of(operator)


@pytest.fixture
def administrate(program_of, owner, monkeypatch) -> Client:
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(meterco.Scripted()))
    return program_of(owner)


def test_tokens_of_a_lost_answer_are_told_again(operate):
    first, second = send(operate, ADD, ROWS), send(operate, f"{ADD}/", ROWS)
    assert first.status_code == second.status_code == 202
    assert first.json() == second.json()
    assert Device.objects.count() == 1
    one = [send(operate, "device/types/pump/devices", {"deviceId": "p3"}) for _ in "12"]
    assert [each.status_code for each in one] == [201, 201]
    assert one[0].json() == one[1].json()
    assert one[0]["Location"] == one[1]["Location"]


def test_without_a_key_it_is_done_again(operate):
    operate.post(ROOT + ADD, json.dumps(ROWS), "application/json")
    again = operate.post(ROOT + ADD, json.dumps(ROWS), "application/json").json()
    assert again[0]["success"] is False
    assert not KeptAnswer.objects.exists()


def test_what_is_kept_can_be_read_by_nobody_else(operate):
    token = send(operate, ADD, ROWS).json()[0]["authToken"]
    kept = KeptAnswer.objects.get()
    assert token not in kept.answer
    assert crypto.decrypt_json(kept.answer)["body"][0]["authToken"] == token


def test_what_is_kept_under_a_lost_key_is_told_of_as_that(operate, settings):
    send(operate, ADD, ROWS)
    settings.IOTDASH_SECRET_KEYS = ["YW5vdGhlci1rZXktYW5vdGhlci1rZXktYW5vdGhlcjE="]
    again = send(operate, ADD, ROWS)
    assert (again.status_code, again.json()["exception"]["id"]) == (503, "IOTD0503E")
    assert "is missing" in again.json()["message"]
    assert Device.objects.count() == 1


def test_another_body_with_the_same_key_is_refused(operate):
    send(operate, ADD, ROWS)
    other = send(operate, ADD, ROWS[:1])
    assert (other.status_code, other.json()["exception"]["id"]) == (409, "IOTD0409E")
    assert "Idempotency-Key" in other.json()["message"]
    assert send(operate, ADD, ROWS, key="x" * 256).status_code == 400


def test_a_key_is_of_one_caller_and_one_address(operate, key_of, operator):
    send(operate, ADD, ROWS)
    assert send(program(key_of(operator)), ADD, ROWS).json()[0]["success"] is False
    assert send(operate, "device/types/pump/devices", {"deviceId": "p1"}).status_code == 409
    assert KeptAnswer.objects.count() == 2


def test_both_ways_in_are_one_address(operate, organization):
    answers = [send(operate, ADD, ROWS, root=root) for root in (ROOT, f"/{organization.public_id}{ROOT}")]
    assert answers[0].json() == answers[1].json()


def test_an_extension_is_added_once(administrate):
    answers = [send(administrate, "extensions", NEW) for _ in "12"]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert ExtensionConfig.objects.count() == 1
    assert meterco.SETTINGS["key"] not in crypto.decrypt(KeptAnswer.objects.get().answer)


def test_what_was_refused_is_tried_again(administrate):
    wrong = NEW | {"settings": {}}
    assert send(administrate, "extensions", wrong).status_code == 400
    assert not KeptAnswer.objects.exists()
    assert send(administrate, "extensions", NEW).status_code == 201


def test_who_may_no_longer_is_not_answered_again(administrate, owner):
    send(administrate, "extensions", NEW)
    owner.memberships.update(role="operator")
    assert send(administrate, "extensions", NEW).status_code == 403


def test_an_answer_is_forgotten_after_a_day(operate, time_machine):
    send(operate, ADD, ROWS)
    idempotency.forget_old()
    assert KeptAnswer.objects.count() == 1
    time_machine.move_to(timezone.now() + idempotency.KEPT_FOR + idempotency.KEPT_FOR / 24)
    idempotency.forget_old()
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("shared", [True, False])
def test_the_limit_is_of_one_key_and_says_when_to_ask_again(
    key_of, operator, developer, settings, time_machine, shared
):
    settings.IOTDASH_REST_PER_SECOND = 3
    # Counted where all processes see it, or in this one.
    settings.REDIS_URL = "redis://counted.test" if shared else ""
    time_machine.move_to("2026-03-01T09:00:00Z", tick=False)
    one, other = program(key_of(operator)), program(key_of(developer))
    answers = [one.get(ROOT) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert [each["X-RateLimit-Remaining"] for each in answers] == ["2", "1", "0", "0"]
    refused = answers[3]
    assert (refused["Retry-After"], refused["X-RateLimit-Limit"]) == ("1", "3")
    assert refused["X-RateLimit-Reset"] == "1772355601"
    assert refused.json()["exception"] == {"id": "IOTD0429E", "properties": ["3"]}
    assert other.get(ROOT).status_code == 200
    time_machine.shift(1)
    assert one.get(ROOT).status_code == 200


def test_what_is_refused_counts_too_and_costs_nothing(program_of, operator, settings, pump, time_machine):
    settings.IOTDASH_REST_PER_SECOND = 1
    time_machine.move_to("2026-03-01T09:00:00Z", tick=False)
    client = program_of(operator)
    assert client.get(f"{ROOT}no/such").status_code == 404
    assert send(client, ADD, ROWS).status_code == 429
    assert not Device.objects.exists()
