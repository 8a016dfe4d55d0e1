"""SIMs by the REST API: the page's filters, its rule for numbers, every SIM once page by page."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from extensions.core.services import device_configuration
from extensions.sims import services
from extensions.sims.contract import SimRecord, UsageRecord
from extensions.sims.models import Sim
from extensions.sims.rest import sims
from iotdash.lib.lists import Count, matching
from tests.cast import DeviceFactory, DeviceTypeFactory
from tests.sims.sim_rows import add_account, make_devices, make_sims

SIMS = "/abc123/api/v0002/sims"
IMSI, MSISDN, IMEI = "900170000007163", "882390001234567", "354912345678901"


@pytest.fixture(autouse=True)
def unlimited(settings):
    settings.IOTDASH_REST_PER_SECOND = settings.IOTDASH_REST_WAIT_SECONDS = 0


@pytest.fixture
def fleet(config, carrier, source, organization):
    return make_sims([config, add_account(config, carrier, source)], make_devices(organization))


@pytest.fixture
def sim(config) -> Sim:
    return Sim.objects.create(
        config=config, organization=config.organization, subject="0001", imsi=IMSI, msisdn=MSISDN, imei=IMEI
    )


def walk(client, **query):
    found, bookmark = [], {}
    while True:
        page = client.get(SIMS, {**query, **bookmark}).json()
        found += page["results"]
        if "bookmark" not in page:
            assert page["meta"]["total_rows"] == len(found)
            return found
        bookmark = {"_bookmark": page["bookmark"]}


def send(client, method, path, body=None):
    return getattr(client, method)(SIMS + path, json.dumps(body), content_type="application/json")


@pytest.mark.parametrize("sort", ["identifier", "-identifier", "monthToDateDataUsage", "-fetchedAt", "[-fetchedAt]"])
def test_every_sim_comes_once_in_any_order(reader_client, fleet, sort):
    found = walk(reader_client, _limit=7, _sort=sort)
    assert sorted(each["id"] for each in found) == sorted(sim.pk for sim in Sim.objects.all())


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"status": "Activated"}, lambda sim: sim["status"] == "Activated"),
        ({"ratePlan": "Small"}, lambda sim: sim["ratePlan"] == "Small"),
        ({"linked": "true"}, lambda sim: sim["deviceId"] is not None),
        ({"linked": "False"}, lambda sim: sim["deviceId"] is None),
        ({"known": "false"}, lambda sim: sim["missingSince"] is not None),
        ({"usage": "none"}, lambda sim: sim["monthToDateDataUsage"] == 0),
        ({"usage": "1-10", "status": "Activated"}, lambda sim: sim["monthToDateDataUsage"] == 2.861 and sim["status"]),
        ({"age": "never"}, lambda sim: sim["fetchedAt"] is None),
        ({"extension": "meterco", "q": "1"}, lambda sim: sim["identifier"].startswith("1")),
        ({"q": "3549"}, lambda sim: True),
    ],
)
def test_filters_are_those_of_the_page(reader_client, fleet, query, fits):
    every, found = walk(reader_client, _limit=100), walk(reader_client, _limit=5, **query)
    wanted = [sim["id"] for sim in every if fits(sim)]
    if "status" in query and "usage" in query:
        wanted = [sim["id"] for sim in every if fits(sim) and sim["status"] == "Activated"]
    assert sorted(sim["id"] for sim in found) == sorted(wanted)


@pytest.mark.parametrize(
    "query", [{"status": "Activated"}, {"q": "3549", "linked": "false"}, {"usage": "none", "q": "0"}]
)
def test_rows_are_counted_to_the_last(reader_client, fleet, query, monkeypatch):
    """Pages stop counting at ten thousand."""
    stopped = lambda *asked: replace(matching(*asked), count=Count(1, exact=False))  # noqa: E731
    monkeypatch.setattr(sims, "matching", stopped)
    assert walk(reader_client, _limit=100, **query)


def test_those_of_one_configuration(reader_client, fleet, config):
    found = walk(reader_client, configurationId=config.pk)
    assert {sim["configuration"] for sim in found} == {"Main account"}
    assert len(found) == 30


@pytest.mark.parametrize(
    "query",
    [
        "usage=much",
        "linked=perhaps",
        "imsi=9",
        "extension=nobody",
        "configurationId=999",
        "_sort=imsi",
        "_sort=identifier,fetchedAt",
        "_bookmark=abc",
        "_bookmark=WyJhIiwgMSwgIngiXQ",
        "q=%00",
    ],
)
def test_what_cannot_be_asked_is_refused(reader_client, fleet, query):
    answer = reader_client.get(f"{SIMS}?{query}")
    assert (answer.status_code, answer.json()["exception"]["id"]) == (400, "CUDRS0007E")


def test_a_bookmark_is_of_one_question(reader_client, fleet):
    page = reader_client.get(SIMS, {"_limit": 5}).json()
    assert reader_client.get(SIMS, {"_bookmark": page["bookmark"], "_limit": 9}).status_code == 200
    other = {"_bookmark": page["bookmark"], "_sort": "-identifier"}
    assert reader_client.get(SIMS, other).status_code == 400


def test_a_page_costs_the_same_whatever_its_size(reader_client, fleet):
    def queries(limit):
        with CaptureQueriesContext(connection) as asked:
            reader_client.get(SIMS, {"_limit": limit})
        return len(asked)

    # The first request of all looks up more.
    assert queries(10) >= queries(11) == queries(60) < 12


def test_a_sim_with_all_that_is_known_of_it(reader_client, config, sim):
    at = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    services.store_record(config, SimRecord("0001", state="Activated", ctd_data_bytes=1_048_576), at)
    for month in (9, 10):
        services.store_usage(config, UsageRecord("0001", dt.date(2026, month, 1), total_data_bytes=2_097_152), at)
    answer = reader_client.get(f"{SIMS}/{sim.pk}/").json()
    assert (answer["status"], answer["monthToDateDataUsage"], answer["fetchedAt"]) == (
        "Activated",
        1.0,
        "2026-11-20T12:00:00.000Z",
    )
    assert [cycle["cycleStartDate"] for cycle in answer["usageCycles"]] == ["2026-10-01", "2026-09-01"]
    assert answer["usageCycles"][0]["totalDataVolume"] == 2.0
    assert answer["operations"] == ["terminal", "status", "usage", "sms", "rateplan", "rateplans"]
    listed = reader_client.get(SIMS).json()["results"]
    assert listed == [{name: value for name, value in answer.items() if name not in ("operations", "usageCycles")}]


def test_readers_get_the_ends_of_numbers_and_find_nothing_by_them(reader_client, analyst_client, sim):
    for path in ("", f"/{sim.pk}"):
        text = reader_client.get(f"{SIMS}{path}").content.decode()
        assert (IMSI in text, MSISDN in text, IMEI in text) == (False, False, True)
        assert "\\u2026" in text or "…7163" in text
        assert IMSI in analyst_client.get(f"{SIMS}{path}").content.decode()
    for text in (IMSI, IMSI[:3], MSISDN[:1], "7163"):
        there, gone = (reader_client.get(SIMS, {"q": q}).json() for q in (text, f"99{text}"))
        assert there == gone == {"results": [], "meta": {"total_rows": 0}}
    assert analyst_client.get(SIMS, {"q": IMSI[:5]}).json()["meta"]["total_rows"] == 1


def test_sims_of_others_are_not_there(other_owner_client, other_organization, sim):
    root = f"/{other_organization.public_id}/api/v0002/sims"
    assert other_owner_client.get(f"{root}/{sim.pk}").status_code == 404
    assert other_owner_client.get(root).json()["results"] == []
    assert other_owner_client.get(f"{root}?configurationId={sim.config_id}").status_code == 400


def test_a_sim_is_given_to_a_device_and_taken_out(developer_client, reader_client, sim, device):
    body = {"typeId": "pump", "deviceId": "p1"}
    assert send(reader_client, "put", f"/{sim.pk}/device", body).status_code == 403
    answer = send(developer_client, "put", f"/{sim.pk}/device", body)
    assert (answer.status_code, answer.json()["deviceId"], answer.json()["typeId"]) == (200, "p1", "pump")
    assert device_configuration.current(device).document == {"meterco": {"chip": "0001"}}
    assert send(developer_client, "put", f"/{sim.pk}/device", body).status_code == 200
    assert send(reader_client, "delete", f"/{sim.pk}/device").status_code == 403
    assert send(developer_client, "delete", f"/{sim.pk}/device").status_code == 204
    assert device_configuration.current(device).document == {}
    assert send(developer_client, "delete", f"/{sim.pk}/device").status_code == 404


def test_a_sim_of_another_device_is_not_moved(developer_client, sim, target, organization):
    [other] = make_devices(organization, 1)
    answer = send(
        developer_client,
        "put",
        f"/{sim.pk}/device",
        {"typeId": other.device_type.type_id, "deviceId": other.device_id},
    )
    assert answer.status_code == 409
    assert "p1" in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"typeId": "pump"}, 400), ({"typeId": "pump", "deviceId": "p9"}, 404), ({"typeId": 1, "deviceId": "p1"}, 400)],
)
def test_what_names_no_device_is_refused(developer_client, sim, device, body, status):
    assert send(developer_client, "put", f"/{sim.pk}/device", body).status_code == status


def test_an_identifier_that_no_device_takes_is_refused_as_by_the_editor(developer_client, sim, device):
    Sim.objects.filter(pk=sim.pk).update(subject="no chip")
    answer = send(developer_client, "put", f"/{sim.pk}/device", {"typeId": "pump", "deviceId": "p1"})
    assert answer.status_code == 400
    assert answer.json()["violations"][0]["exception"]["properties"] == ["meterco", "chip"]


def test_no_sim_goes_to_a_device_of_another_organization(developer_client, sim, other_organization):
    kind = DeviceTypeFactory(organization=other_organization, type_id="pump")
    DeviceFactory(organization=other_organization, device_type=kind, device_id="p1")
    assert send(developer_client, "put", f"/{sim.pk}/device", {"typeId": "pump", "deviceId": "p1"}).status_code == 404
