"""Operations on a SIM that no device has, by the REST API: the same as on devices."""

import json

import pytest
from django.utils import timezone

from extensions.core.models import Operation
from extensions.sims import services
from extensions.sims.contract import SimRecord
from extensions.sims.models import Sim


@pytest.fixture(autouse=True)
def unlimited(settings):
    settings.IOTDASH_REST_PER_SECOND = settings.IOTDASH_REST_WAIT_SECONDS = 0


@pytest.fixture
def settles(monkeypatch, settings, work):
    """The lane works while somebody waits."""
    settings.IOTDASH_REST_WAIT_SECONDS = 5
    monkeypatch.setattr("extensions.core.rest.waiting.time.sleep", lambda seconds: work())


@pytest.fixture
def ops(config, later):
    sim = Sim.objects.create(config=config, organization=config.organization, subject="0002")
    return f"/abc123/api/v0002/sims/{sim.pk}/ops"


def send(client, method, path, body, **headers):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", headers=headers)


def test_what_is_known_is_answered_with_its_age(reader_client, ops, config, later):
    services.store_record(config, SimRecord("0002", state="Activated"), timezone.now())
    later(seconds=40)
    answer = reader_client.get(f"{ops}/terminal")
    assert (answer.status_code, answer["Age"], answer.json()["result"]["status"]) == (200, "40", "Activated")


def test_a_read_asks_where_nothing_is_known(reader_client, ops, settles):
    answer = reader_client.get(f"{ops}/terminal/?refresh=true")
    assert (answer.status_code, answer.json()["result"]["iccid"]) == (200, "0002")


def test_a_write_is_followed_by_its_address_and_sent_once(operator_client, ops):
    answers = [send(operator_client, "post", f"{ops}/sms", {"message": "hello"}, idempotency_key="k") for _ in "12"]
    assert [each.status_code for each in answers] == [202, 202]
    operation = Operation.objects.get()
    assert (operation.subject, operation.device, operation.device_id_copy) == ("0002", None, "")
    assert operator_client.get(answers[1]["Location"]).json() == answers[0].json()


def test_the_sims_own_carrier_says_what_may_be_sent(operator_client, reader_client, ops):
    answer = send(operator_client, "put", f"{ops}/status", {"status": "Trial"})
    assert answer.status_code == 400
    assert answer.json()["violations"][0]["exception"]["properties"] == ["status"]
    assert send(operator_client, "post", f"{ops}/sms", {"message": "x" * 161}).status_code == 400
    assert send(reader_client, "post", f"{ops}/sms", {"message": "x"}).status_code == 403
    assert reader_client.get(f"{ops}/usage?cycleStartDate=yesterday").status_code == 400
    assert not Operation.objects.exists()


def test_what_the_carrier_lacks_is_refused(reader_client, ops):
    answer = reader_client.get(f"{ops}/sim")
    assert answer.status_code == 403
    assert "Main account" in answer.json()["message"]
    assert reader_client.get(f"{ops}/teleport").status_code == 404
    assert reader_client.get("/abc123/api/v0002/sims/999999/ops/terminal").status_code == 404
