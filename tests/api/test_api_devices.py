"""One device: section 3 of the specification. Examples are its own."""

import re

import pytest

from devices.models import Device
from iotdash.audit.models import ActivityEntry
from iotdash.lib.crypto import hash_token
from tests.api.answers import error, violations
from tests.api.conftest import program
from tests.cast import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db
P1 = "/device/types/pump/devices/p1"
INFO = {
    "serialNumber": "100087",
    "manufacturer": "Acme",
    "model": "W1",
    "deviceClass": "A",
    "description": "Pump in hall 4",
    "fwVersion": "1.0.0",
    "hwVersion": "1.0",
    "descriptiveLocation": "Hall 4",
}


def test_a_device_is_answered_as_the_specification_has_it(api, pump, developer, time_machine):
    time_machine.move_to("2017-03-01T09:00:00Z", tick=False)
    body = {"deviceId": "p1", "deviceInfo": INFO, "metadata": {"site": "north"}, "authToken": "NotVerySecret1"}
    answer = api.post("/device/types/pump/devices", body)
    assert answer.status_code == 201
    assert answer["Location"] == "/abc123/api/v0002/device/types/pump/devices/p1"
    now = "2017-03-01T09:00:00.000Z"
    device = {
        "clientId": "d:abc123:pump:p1",
        "id": "d:abc123:pump:p1",
        "typeId": "pump",
        "deviceId": "p1",
        "deviceInfo": INFO,
        "metadata": {"site": "north"},
        "registration": {"auth": {"id": developer.email, "type": "person"}, "date": now},
        "status": {"alert": {"enabled": False, "timestamp": now}},
        "refs": {
            "location": P1 + "/location",
            "diag": {"logs": P1 + "/diag/logs", "errorCodes": P1 + "/diag/errorCodes"},
        },
    }
    assert answer.json() == {**device, "authToken": "NotVerySecret1"}
    assert api.get(P1).json() == api.get(P1 + "/").json() == device
    assert api.get("/device/types/pump/devices/").json() == {"results": [device], "meta": {"total_rows": 1}}
    assert ActivityEntry.objects.filter(action="device added", target="pump/p1").count() == 1


def test_what_is_left_out_or_null_comes_from_the_type_and_a_token_is_made(api, pump):
    body = {
        "deviceId": "p1",
        "authToken": None,
        "location": None,
        "metadata": None,
        "deviceInfo": {"model": None, "serialNumber": "7"},
    }
    added = api.post("/device/types/pump/devices/", body).json()
    assert added["deviceInfo"] == {"serialNumber": "7", "manufacturer": "Acme", "model": "W1"}
    assert added["metadata"] == {"site": "north"}
    assert re.fullmatch(r"[A-Za-z0-9_.!&@?*+()-]{8,36}", added["authToken"])
    assert Device.objects.get().token_digest == hash_token(added["authToken"])


def test_a_device_of_a_gateway_type_is_a_gateway(api):
    api.post("/device/types", {"id": "gw", "classId": "Gateway"})
    assert api.post("/device/types/gw/devices", {"deviceId": "g1"}).json()["clientId"] == "g:abc123:gw:g1"


def test_a_program_registers_as_an_app_by_its_key(api, pump, key_of, developer):
    made = key_of(developer)
    client = program(made)
    path = "/api/v0002/device/types/pump/devices"
    answer = client.post(path, {"deviceId": "p1"}, content_type="application/json")
    assert (answer.status_code, answer["Location"]) == (201, f"{path}/p1")
    auth = {"id": made.key.public_id, "type": "app"}
    assert answer.json()["registration"]["auth"] == api.get(P1).json()["registration"]["auth"] == auth
    row = [{"typeId": "pump", "deviceId": "p2"}]
    assert client.post("/api/v0002/bulk/devices/add", row, content_type="application/json").status_code == 201
    assert api.get("/device/types/pump/devices/p2").json()["registration"]["auth"] == auth


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"CUDRS0009E": ["deviceId"]}),
        ({"deviceId": ""}, {"IOTD0400E": ["deviceId"]}),
        ({"deviceId": "a/b"}, {"IOTD0400E": ["deviceId"]}),
        ({"deviceId": 5}, {"IOTD0400E": ["deviceId"]}),
        ({"deviceId": "a", "authToken": "short12"}, {"IOTD0400E": ["authToken"]}),
        ({"deviceId": "a", "authToken": "x" * 37}, {"IOTD0400E": ["authToken"]}),
        ({"deviceId": "a", "authToken": "with space 1"}, {"IOTD0400E": ["authToken"]}),
        ({"deviceId": "a", "authToken": "longenough1\n"}, {"IOTD0400E": ["authToken"]}),
        ({"deviceId": "a", "typeId": "pump"}, {"IOTD0400E": ["typeId"]}),
        ({"deviceId": "a", "extensions": {}}, {"IOTD0400E": ["extensions"]}),
        ({"deviceId": "a", "location": {"latitude": 1}}, {"CUDRS0009E": ["longitude"]}),
        (
            {"deviceId": "a", "location": {"latitude": 91, "longitude": 0}},
            {"CUDRS0012E": ["location.latitude", "90"]},
        ),
        (
            {"deviceId": "a", "location": {"latitude": 1, "longitude": 0, "measuredDateTime": "2017-02-30T00:00:00"}},
            {"IOTD0400E": ["measuredDateTime"]},
        ),
    ],
)
def test_what_is_not_valid_adds_nothing(api, pump, body, expected):
    assert violations(api.post("/device/types/pump/devices", body)) == expected
    assert not Device.objects.exists()


@pytest.mark.parametrize("token", ["x" * 8, "Aa0_.!&@?*+()-", "y" * 36])
def test_tokens_of_eight_to_thirty_six_characters(api, pump, token):
    answer = api.post("/device/types/pump/devices", {"deviceId": "p1", "authToken": token})
    assert answer.json()["authToken"] == token


@pytest.mark.parametrize("token", ["hunter2", "hunter2 is secret", "hunter2" * 6, 4711])
def test_a_refused_token_is_not_repeated(api, pump, token):
    row = {"deviceId": "p1", "authToken": token}
    for answer in (
        api.post("/device/types/pump/devices", row),
        api.post("/bulk/devices/add", [{"typeId": "pump", **row}]),
    ):
        assert "IOTD0400E" in violations(answer)
        assert str(token)[:7] not in answer.content.decode()


def test_an_id_is_given_once_in_its_type(api, p1):
    assert error(api.post("/device/types/pump/devices", {"deviceId": "p1"})) == (409, "IOTD0409E")
    api.post("/device/types", {"id": "valve"})
    assert api.post("/device/types/valve/devices", {"deviceId": "p1"}).status_code == 201


@pytest.mark.parametrize("device_id", [".", ".."])
def test_ids_that_http_libraries_take_for_a_step_in_the_path(api, pump, device_id):
    answer = api.post("/device/types/pump/devices", {"deviceId": device_id})
    at = f"/device/types/pump/devices/~{device_id}"
    assert answer.json()["deviceId"] == device_id
    assert answer["Location"] == api.root + at
    assert answer.json()["refs"]["location"] == f"{at}/location"
    api.put(f"{at}/location", {"latitude": 1, "longitude": 2})
    assert api.get(at).json()["clientId"].endswith(f":pump:{device_id}")
    assert api.delete(at).status_code == 204
    assert api.get("/device/types/pump").status_code == 200


def test_a_device_needs_its_type(api):
    assert error(api.post("/device/types/pump/devices", {"deviceId": "p1"})) == (404, "IOTD0404E")
    assert error(api.get("/device/types/pump/devices")) == (404, "IOTD0404E")


def test_bodies_that_are_none(api, pump):
    path = "/device/types/pump/devices"
    assert error(api.post(path, b"")) == (400, "CUDRS0006E")
    assert error(api.post(path, b"{")) == (400, "CUDRS0006E")
    assert error(api.client.post(api.root + path, "{}", content_type="text/plain")) == (415, "IOTD0415E")
    large = {"deviceId": "p1", "metadata": {"text": "x" * 524_288}}
    assert error(api.post(path, large)) == (413, "CUDRS0021E")


def test_a_change_merges(api, p1):
    api.put(P1, {"metadata": {"foo": "bar"}, "deviceInfo": {"serialNumber": "123", "descriptiveLocation": "Floor 3"}})
    api.put(P1, {"deviceInfo": {"description": "hello"}})
    answer = api.put(P1, {"deviceInfo": {"model": "W9", "description": None}, "metadata": None, "status": None})
    assert answer.status_code == 200
    found = api.get(P1).json()
    assert found == answer.json()
    assert found["metadata"] == {"foo": "bar"}
    assert found["deviceInfo"] == {
        "serialNumber": "123",
        "manufacturer": "Acme",
        "model": "W9",
        "description": "hello",
        "descriptiveLocation": "Floor 3",
    }
    assert "authToken" not in found


def test_metadata_is_replaced_as_a_whole_and_an_empty_text_clears(api, p1):
    found = api.put(P1, {"metadata": {"a": None}, "deviceInfo": {"model": ""}}).json()
    assert (found["metadata"], found["deviceInfo"]) == ({"a": None}, {"manufacturer": "Acme"})


def test_an_alert_is_switched_and_dated(api, p1, time_machine):
    time_machine.move_to("2017-03-01T09:00:00Z", tick=False)
    alert = {"enabled": True, "timestamp": "2017-03-01T09:00:00.000Z"}
    assert api.put(P1, {"status": {"alert": {"enabled": True}}}).json()["status"] == {"alert": alert}
    time_machine.move_to("2017-03-02T09:00:00Z", tick=False)
    assert api.put(P1, {"status": {"alert": {"enabled": True}}}).json()["status"] == {"alert": alert}
    assert api.put(P1, {"status": {"alert": {"enabled": None}}}).json()["status"] == {"alert": alert}
    off = api.put(P1, {"status": {"alert": {"enabled": False}}}).json()["status"]["alert"]
    assert off == {"enabled": False, "timestamp": "2017-03-02T09:00:00.000Z"}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"deviceId": "p2"}, "deviceId"),
        ({"authToken": "longenough"}, "authToken"),
        ({"location": {"latitude": 1, "longitude": 1}}, "location"),
        ({"status": {"alert": {"enabled": "yes"}}}, "status.alert.enabled"),
        ({"status": {"alert": {"timestamp": "2017-03-01T09:00:00Z"}}}, "status.alert.timestamp"),
    ],
)
def test_what_cannot_be_changed_is_refused(api, p1, body, place):
    assert violations(api.put(P1, body)) == {"IOTD0400E": [place]}


def test_deleting(api, p1):
    answer = api.delete(P1)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer
    for answer in (api.get(P1), api.put(P1, {}), api.delete(P1), api.delete("/device/types/none/devices/p1")):
        assert error(answer) == (404, "IOTD0404E")


def test_expansion(api, p1):
    assert "location" not in api.get(P1, {"_expand": "all"}).json()
    place = api.put(P1 + "/location", {"latitude": 51.02, "longitude": -1.39}).json()
    assert "location" not in api.get(P1).json()
    for asked in ("location", "all", "mgmt, location"):
        found = api.get(P1, {"_expand": asked}).json()
        assert found["location"] == place
        assert "mgmt" not in found


def test_devices_of_others_do_not_exist(api, other_organization):
    theirs = DeviceFactory(organization=other_organization, device_id="p1")
    kind = theirs.device_type.type_id
    for path in (f"/device/types/{kind}/devices", f"/device/types/{kind}/devices/p1"):
        assert error(api.get(path)) == (404, "IOTD0404E")
    assert api.post(f"/device/types/{kind}/devices", {"deviceId": "x"}).status_code == 404
    assert api.get("/bulk/devices").json()["meta"]["total_rows"] == 0


def test_readers_only_read(api_of, analyst, p1):
    own = api_of(analyst)
    assert own.get(P1).status_code == 200
    for answer in (
        own.post("/device/types/pump/devices", {"deviceId": "p2"}),
        own.put(P1, {}),
        own.delete(P1),
        own.put(P1 + "/location", {"latitude": 1, "longitude": 1}),
        own.post("/bulk/devices/add", []),
        own.post("/bulk/devices/remove", []),
    ):
        assert error(answer) == (403, "IOTD0403E")


def test_one_device_costs_a_fixed_number_of_queries(api, p1, django_assert_max_num_queries):
    api.get(P1)
    with django_assert_max_num_queries(4):
        api.get(P1, {"_expand": "all"})


def test_devices_of_a_gateway(api, p1, organization):
    gateways = DeviceTypeFactory(organization=organization, type_id="gw", class_id="Gateway")
    DeviceFactory(organization=organization, device_type=gateways, device_id="g1")
    answer = api.get("/device/types/gw/devices/g1/devices")
    assert (answer.status_code, answer.json()) == (200, {"results": [], "meta": {"total_rows": 0}})
    assert violations(api.get(P1 + "/devices")) == {"IOTD0400E": ["pump", "p1"]}
    assert error(api.get("/device/types/gw/devices/none/devices")) == (404, "IOTD0404E")
