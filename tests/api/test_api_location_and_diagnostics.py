"""Location, management state, log entries and error codes: section 3.1 of the specification."""

import datetime as dt

import pytest
from django.utils import timezone

from devices.models import Device, DiagnosticErrorCode, DiagnosticLog
from devices.services import diagnostics
from iotdash.runtime import sweep
from tests.api.answers import error, violations
from tests.cast import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db
P1 = "/device/types/pump/devices/p1"
LOCATION, LOGS, CODES = P1 + "/location", P1 + "/diag/logs", P1 + "/diag/errorCodes"
NOW = "2017-03-01T09:00:01Z"


@pytest.fixture
def at_nine(p1, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)


def test_a_location_is_set_read_and_replaced_as_a_whole(api, at_nine):
    assert error(api.get(LOCATION)) == (404, "IOTD0404E")
    body = {
        "latitude": 51.02,
        "longitude": -1.39,
        "elevation": 120.0,
        "accuracy": 5.0,
        "measuredDateTime": "2017-03-01T09:00:00Z",
    }
    answer = api.put(LOCATION, body)
    expected = body | {
        "measuredDateTime": "2017-03-01T09:00:00.000Z",
        "updatedDateTime": "2017-03-01T09:00:01.000Z",
    }
    assert (answer.status_code, answer.json()) == (200, expected)
    assert api.get(LOCATION + "/").json() == expected
    api.put(LOCATION, {"latitude": 50, "longitude": 60})
    now = dict.fromkeys(("measuredDateTime", "updatedDateTime"), "2017-03-01T09:00:01.000Z")
    assert api.get(LOCATION).json() == {"latitude": 50, "longitude": 60, **now}


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("2017-03-01T08:00:00", "2017-03-01T08:00:00.000Z"),
        ("2017-03-01T08:00:00.123456", "2017-03-01T08:00:00.123Z"),
        ("2017-03-01T10:00:00+02:00", "2017-03-01T08:00:00.000Z"),
        ("2017-03-01 08:00:00", "2017-03-01T08:00:00.000Z"),
        ("0017-03-01T08:00", "0017-03-01T08:00:00.000Z"),
        (None, "2017-03-01T09:00:01.000Z"),
    ],
)
def test_times_without_a_zone_are_utc(api, at_nine, sent, answered):
    body = {"latitude": 1, "longitude": 2, "measuredDateTime": sent, "updatedDateTime": sent, "elevation": None}
    assert api.put(LOCATION, body).json()["measuredDateTime"] == answered


@pytest.mark.parametrize("sent", ["0000-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00"])
def test_times_that_no_calendar_has(api, at_nine, sent):
    body = {"latitude": 1, "longitude": 2, "measuredDateTime": sent}
    assert violations(api.put(LOCATION, body)) == {"IOTD0400E": ["measuredDateTime"]}


@pytest.mark.parametrize(
    "body",
    [
        {"latitude": 100, "longitude": 120},
        {"latitude": 100, "longitude": 200},
        {"latitude": -90.1, "longitude": 0},
        {"latitude": 1},
        {},
        {"latitude": "1", "longitude": 2},
        {"latitude": True, "longitude": 2},
        {"latitude": 1, "longitude": 2, "height": 3},
        {"latitude": 1, "longitude": 2, "measuredDateTime": "noon"},
    ],
)
def test_a_bad_location_is_one_violation(api, at_nine, body):
    assert list(violations(api.put(LOCATION, body))) == ["CUDHT0300I"]
    assert api.get(LOCATION).status_code == 404


def test_a_day_that_the_calendar_does_not_have(api, at_nine):
    body = {"latitude": 1, "longitude": 2, "measuredDateTime": "2017-02-30T00:00:00Z"}
    assert violations(api.put(LOCATION, body)) == {"IOTD0400E": ["measuredDateTime"]}


def test_a_device_was_never_managed(api, p1):
    assert error(api.get(P1 + "/mgmt")) == (404, "IOTD0404E")
    assert "never managed" in api.get(P1 + "/mgmt/").json()["message"]


def test_log_entries_newest_first(api, at_nine):
    assert api.get(LOGS).json() == []
    answer = api.post(LOGS, {"message": "hi", "data": "0", "severity": 0, "timestamp": "2017-03-01T08:59:00.000001"})
    first = answer.json()
    assert answer.status_code == 201
    assert first == {
        "id": first["id"],
        "typeId": "pump",
        "deviceId": "p1",
        "message": "hi",
        "severity": 0,
        "data": "0",
        "timestamp": "2017-03-01T08:59:00.000Z",
    }
    assert isinstance(first["id"], str)
    second = api.post(LOGS + "/", {"message": "stuck", "severity": None, "data": None, "timestamp": None}).json()
    assert (second["severity"], second["data"], second["timestamp"]) == (0, "", "2017-03-01T09:00:01.000Z")
    assert api.get(LOGS).json() == [second, first]
    assert api.get(f"{LOGS}/{first['id']}").json() == first
    assert api.delete(f"{LOGS}/{second['id']}").status_code == 204
    assert api.get(LOGS + "/").json() == [first]
    answer = api.delete(LOGS)
    assert (answer.status_code, answer.content, api.get(LOGS).json()) == (204, b"", [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"message": "hi", "severity": 3}, {"CUDRS0012E": ["severity", "2"]}),
        ({"message": "hi", "severity": -1}, {"IOTD0400E": ["severity"]}),
        ({"severity": 1}, {"CUDRS0009E": ["message"]}),
        ({"message": ""}, {"IOTD0400E": ["message"]}),
        ({"message": "hi", "timestamp": "yesterday"}, {"IOTD0400E": ["timestamp"]}),
        ({"message": "hi", "id": "1"}, {"IOTD0400E": ["id"]}),
    ],
)
def test_entries_that_are_not_valid(api, p1, body, expected):
    assert violations(api.post(LOGS, body)) == expected


def test_severity_is_refused_in_the_words_of_the_original(api, p1):
    assert api.post(LOGS, {"message": "hi", "severity": 3}).json() == {
        "message": "CUDRS0007E: The request was not valid.",
        "exception": {"id": "CUDRS0007E", "properties": []},
        "violations": [
            {
                "message": "CUDRS0012E: severity is too high, maximum 2",
                "exception": {"id": "CUDRS0012E", "properties": ["severity", "2"]},
            }
        ],
    }


@pytest.mark.parametrize("log_id", ["none", "0", "6b1f0a52-9a0e-4c11-9f3a-3d0cbb5c2a11"])
def test_an_entry_that_is_not_there(api, p1, log_id):
    for answer in (api.get(f"{LOGS}/{log_id}"), api.delete(f"{LOGS}/{log_id}")):
        assert error(answer) == (404, "IOTD0404E")


def test_entries_of_another_device_are_not_there(api, p1, organization):
    entry = api.post(LOGS, {"message": "hi"}).json()
    api.post("/device/types/pump/devices", {"deviceId": "p2"})
    assert api.get(f"/device/types/pump/devices/p2/diag/logs/{entry['id']}").status_code == 404
    assert api.get("/device/types/pump/devices/p2/diag/logs").json() == []


def test_error_codes_newest_first(api, at_nine):
    answer = api.post(CODES, {"errorCode": 0, "timestamp": "2017-03-01T08:59:00"})
    assert (answer.status_code, answer.json()) == (201, {"errorCode": 0, "timestamp": "2017-03-01T08:59:00.000Z"})
    api.post(CODES, {"errorCode": 99})
    assert [each["errorCode"] for each in api.get(CODES).json()] == [99, 0]
    assert violations(api.post(CODES, {"errorCode": "99"})) == {"IOTD0400E": ["errorCode"]}
    assert violations(api.post(CODES, {})) == {"CUDRS0009E": ["errorCode"]}
    assert api.delete(CODES).status_code == 204
    assert api.get(CODES).json() == []


def test_whole_numbers_with_a_point_are_answered_without(api, p1):
    assert b'"severity":2,' in api.post(LOGS, b'{"message": "m", "severity": 2.0}').content
    assert b'"errorCode":1000,' in api.post(CODES, b'{"errorCode": 1e3}').content


def test_all_of_it_needs_the_device(api, pump):
    for path in (LOCATION, P1 + "/mgmt", LOGS, CODES):
        assert error(api.get(path)) == (404, "IOTD0404E")
    assert error(api.post(LOGS, {"message": "hi"})) == (404, "IOTD0404E")
    assert error(api.post(CODES, {"errorCode": 1})) == (404, "IOTD0404E")
    assert error(api.delete(LOGS)) == error(api.delete(CODES)) == (404, "IOTD0404E")
    assert error(api.put(LOCATION, {"latitude": 1, "longitude": 2})) == (404, "IOTD0404E")


@pytest.fixture
def device(organization) -> Device:
    return DeviceFactory(organization=organization, device_type=DeviceTypeFactory(organization=organization))


def test_the_oldest_entries_go_where_half_a_megabyte_is_reached(device, source):
    large = "x" * 150_000
    for message in ("first", "second", "third", "fourth"):
        diagnostics.add_log(device, source, message=message, attachment=large)
    assert list(device.diagnosticlogs.order_by("pk").values_list("message", flat=True)) == ["second", "third", "fourth"]
    assert sum(device.diagnosticlogs.values_list("size", flat=True)) <= 500 * 1024


def test_an_entry_that_is_too_large_by_itself_is_refused_and_the_others_stay(api, p1):
    api.post(LOGS, {"message": "hi"})
    assert violations(api.post(LOGS, {"message": "large", "data": "x" * 500 * 1024})) == {"IOTD0400E": ["data"]}
    assert len(api.get(LOGS).json()) == 1


def test_a_thousand_error_codes_are_the_most(device, source, organization):
    rows = [DiagnosticErrorCode(organization=organization, device=device, error_code=number) for number in range(1_000)]
    DiagnosticErrorCode.objects.bulk_create(rows)
    diagnostics.add_error_code(device, source, error_code=1_000)
    codes = list(device.diagnosticerrorcodes.order_by("pk").values_list("error_code", flat=True))
    assert (len(codes), codes[0], codes[-1]) == (1_000, 1, 1_000)


def test_a_week_after_they_came_they_are_forgotten(device, source, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    # What the reporter says of the time does not count.
    long_ago = now - dt.timedelta(days=400)
    diagnostics.add_log(device, source, message="kept", happened_at=long_ago)
    diagnostics.add_error_code(device, source, error_code=1, happened_at=long_ago)
    time_machine.move_to(now + dt.timedelta(days=7), tick=False)
    sweep.run()
    assert (DiagnosticLog.objects.count(), DiagnosticErrorCode.objects.count()) == (1, 1)
    time_machine.move_to(now + dt.timedelta(days=7, seconds=1), tick=False)
    sweep.run()
    assert (DiagnosticLog.objects.count(), DiagnosticErrorCode.objects.count()) == (0, 0)


def test_they_go_with_their_device(api, p1):
    api.post(LOGS, {"message": "hi"})
    api.post(CODES, {"errorCode": 1})
    assert api.delete(P1).status_code == 204
    assert not DiagnosticLog.objects.exists()
    assert not DiagnosticErrorCode.objects.exists()
