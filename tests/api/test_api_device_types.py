"""Device types: section 3 of the specification."""

import pytest

from devices.models import Device, DeviceType
from iotdash.audit.models import ActivityEntry
from tests.api.answers import error, every_page, violations
from tests.cast import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db


def test_a_type_is_added_and_read(api, time_machine):
    time_machine.move_to("2017-03-01T09:00:00Z", tick=False)
    body = {
        "id": "pump",
        "classId": "Device",
        "description": "Water pump",
        "deviceInfo": {"manufacturer": "Acme", "model": "W1"},
        "metadata": {"site": "north"},
    }
    answer = api.post("/device/types", body)
    assert answer.status_code == 201
    assert answer["Location"] == "/abc123/api/v0002/device/types/pump"
    times = dict.fromkeys(("createdDateTime", "updatedDateTime"), "2017-03-01T09:00:00.000Z")
    assert answer.json() == body | times
    assert api.get("/device/types/pump").json() == api.get("/device/types/pump/").json() == body | times
    assert ActivityEntry.objects.get(action="device type added").target == "pump"


def test_absent_and_null_are_the_same_and_class_is_device(api):
    body = {"id": "a.b_c-D9", "classId": None, "description": None, "deviceInfo": {"model": None}, "metadata": None}
    answer = api.post("/device/types/", body)
    found = answer.json()
    assert (answer.status_code, found["classId"], found["deviceInfo"], found["metadata"]) == (201, "Device", {}, {})
    assert "description" not in found


def test_a_gateway_type(api):
    assert api.post("/device/types", {"id": "gw", "classId": "Gateway"}).json()["classId"] == "Gateway"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"CUDRS0009E": ["id"]}),
        ({"id": None}, {"CUDRS0009E": ["id"]}),
        ({"id": "a b"}, {"IOTD0400E": ["id"]}),
        ({"id": "x" * 37}, {"IOTD0400E": ["id"]}),
        ({"id": "pump\n"}, {"IOTD0400E": ["id"]}),
        ({"id": "a", "classId": "Sensor"}, {"IOTD0400E": ["classId"]}),
        ({"id": "a", "colour": "red"}, {"IOTD0400E": ["colour"]}),
        ({"id": "a", "deviceInfo": {"colour": "red"}}, {"IOTD0400E": ["deviceInfo.colour"]}),
        ({"id": "a", "deviceInfo": {"model": "x" * 201}}, {"IOTD0400E": ["deviceInfo.model"]}),
        ({"id": "a", "metadata": [1]}, {"IOTD0400E": ["metadata"]}),
        ({"id": "a", "metadata": {"text": "x" * 70_000}}, {"IOTD0400E": ["metadata"]}),
        ([], {"IOTD0400E": []}),
    ],
)
def test_what_is_not_valid_is_told_with_its_place(api, body, expected):
    assert violations(api.post("/device/types", body)) == expected
    assert not DeviceType.objects.exists()


def test_an_id_is_given_once(api, pump):
    assert error(api.post("/device/types", {"id": "pump"})) == (409, "IOTD0409E")


def test_what_is_left_out_of_a_change_stays(api, pump):
    answer = api.put("/device/types/pump", {"description": "New series", "deviceInfo": {"model": "W2"}})
    assert answer.status_code == 200
    found = api.get("/device/types/pump").json()
    assert found == answer.json()
    assert (found["description"], found["deviceInfo"]) == ("New series", {"manufacturer": "Acme", "model": "W2"})
    assert found["metadata"] == {"site": "north"}
    api.put("/device/types/pump", {"metadata": {}, "description": None, "deviceInfo": {"manufacturer": ""}})
    found = api.get("/device/types/pump").json()
    assert (found["description"], found["deviceInfo"], found["metadata"]) == ("New series", {"model": "W2"}, {})


def test_id_and_class_are_no_part_of_a_change(api, pump):
    assert violations(api.put("/device/types/pump", {"classId": "Gateway"})) == {"IOTD0400E": ["classId"]}


def test_a_change_of_a_type_does_not_touch_its_devices(api, p1):
    api.put("/device/types/pump", {"deviceInfo": {"model": "W2"}, "metadata": {"site": "south"}})
    device = api.get("/device/types/pump/devices/p1").json()
    assert (device["deviceInfo"]["model"], device["metadata"]) == ("W1", {"site": "north"})


def test_a_type_with_devices_is_in_use(api, p1):
    assert error(api.delete("/device/types/pump")) == (409, "IOTD0409E")
    api.delete("/device/types/pump/devices/p1")
    answer = api.delete("/device/types/pump/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert error(api.get("/device/types/pump")) == (404, "IOTD0404E")


@pytest.mark.parametrize("path", ["/device/types/none", "/device/types/a%20b", f"/device/types/{'x' * 37}"])
def test_what_does_not_exist_is_404(api, path):
    for answer in (api.get(path), api.put(path, {}), api.delete(path)):
        assert error(answer) == (404, "IOTD0404E")


def test_types_of_others_do_not_exist(api, other_organization):
    DeviceTypeFactory(organization=other_organization, type_id="theirs", description="secret")
    assert error(api.get("/device/types/theirs")) == (404, "IOTD0404E")
    assert api.get("/device/types").json() == {"results": [], "meta": {"total_rows": 0}}


def test_types_are_filtered_and_sorted(api, organization):
    for number in range(6):
        model, words = f"m{number % 2}", f"d{number // 3}"
        DeviceTypeFactory(organization=organization, type_id=f"t{number}", model=model, description=words)

    def ids(**query) -> list[str]:
        return [each["id"] for each in every_page(api, "/device/types", _limit=2, **query)]

    assert ids() == ids(_sort="id") == ["t0", "t1", "t2", "t3", "t4", "t5"]
    assert ids(_sort="[-deviceInfo.model,-id]") == ["t5", "t3", "t1", "t4", "t2", "t0"]
    assert ids(**{"deviceInfo.model": "m1"}) == ["t1", "t3", "t5"]
    assert ids(**{"deviceInfo.model": "m1", "description": "d0"}) == ["t1"]
    assert ids(id="t4") == ["t4"]
    assert ids(id="t") == []


def test_readers_read_and_developers_write(api_of, reader, analyst, organization):
    DeviceTypeFactory(organization=organization, type_id="pump")
    for person in (reader, analyst):
        own = api_of(person)
        assert own.get("/device/types").status_code == 200
        for answer in (
            own.post("/device/types", {"id": "a"}),
            own.put("/device/types/pump", {}),
            own.delete("/device/types/pump"),
        ):
            assert error(answer) == (403, "IOTD0403E")
            assert "it needs Developer" in answer.json()["message"]


def test_a_type_that_somebody_uses_in_this_moment_is_not_deleted(api, organization):
    device = DeviceFactory(organization=organization)
    assert api.delete(f"/device/types/{device.device_type.type_id}").status_code == 409
    assert Device.objects.filter(pk=device.pk).exists()
