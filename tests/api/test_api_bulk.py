"""Adding and removing many devices: section 3 of the specification."""

import json

import pytest

from devices.models import Device
from devices.services import bulk
from iotdash.audit.models import ActivityEntry
from iotdash.lib.crypto import hash_token
from tests.api.answers import error, violations
from tests.cast import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db
ADD, REMOVE = "/bulk/devices/add", "/bulk/devices/remove"


def test_all_are_added_in_their_order(api, pump):
    body = [
        {"typeId": "pump", "deviceId": "p2", "authToken": None, "deviceInfo": None, "location": None},
        {"typeId": "pump", "deviceId": "p1", "authToken": "NotVerySecret1", "metadata": {"a": 1}},
        {"typeId": "pump", "deviceId": "p3", "location": {"latitude": 1, "longitude": 2}},
    ]
    answer = api.post(ADD, body)
    rows = answer.json()
    assert answer.status_code == 201
    assert [row["deviceId"] for row in rows] == ["p2", "p1", "p3"]
    assert [set(row) for row in rows] == [{"typeId", "deviceId", "authToken", "success"}] * 3
    assert all(row["success"] for row in rows)
    assert rows[1]["authToken"] == "NotVerySecret1"
    stored = {device.device_id: device for device in Device.objects.all()}
    assert {name: device.token_digest for name, device in stored.items()} == {
        row["deviceId"]: hash_token(row["authToken"]) for row in rows
    }
    assert (stored["p1"].metadata, stored["p2"].metadata) == ({"a": 1}, {"site": "north"})
    assert (stored["p2"].model, stored["p2"].type_name, stored["p3"].longitude) == ("W1", "pump", 2)
    entry = ActivityEntry.objects.get(action="devices added")
    assert entry.details == {"count": 3, "by_type": {"pump": 3}}


def test_what_cannot_be_added_keeps_no_other_from_it(api, p1):
    body = [
        {"typeId": "pump", "deviceId": "p1"},
        {"typeId": "pump", "deviceId": "p2"},
        {"typeId": "valve", "deviceId": "p3"},
        {"typeId": "pump", "deviceId": "p2"},
        {"typeId": "pump", "deviceId": "p4", "metadata": {"text": "x" * 70_000}},
    ]
    answer = api.post(ADD + "/", body)
    rows = answer.json()
    assert answer.status_code == 202
    assert [row["success"] for row in rows] == [False, True, False, False, False]
    refusals = [row["error"]["exception"]["id"] for row in rows if not row["success"]]
    assert refusals == ["IOTD0409E", "IOTD0404E", "IOTD0409E", "CUDRS0007E"]
    assert rows[4]["error"]["violations"][0]["exception"]["properties"] == ["metadata"]
    assert [set(row) for row in rows if not row["success"]] == [{"typeId", "deviceId", "success", "error"}] * 4
    assert set(Device.objects.values_list("device_id", flat=True)) == {"p1", "p2"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"typeId": "pump", "deviceId": "p1"}, {"IOTD0400E": []}),
        ([{"typeId": "pump"}], {"CUDRS0009E": ["deviceId"]}),
        ([{"typeId": "pump", "deviceId": "a"}, {"typeId": "pump", "deviceId": "a b"}], {"IOTD0400E": ["1.deviceId"]}),
        ([{"typeId": "pump", "deviceId": "a", "authToken": "short"}], {"IOTD0400E": ["0.authToken"]}),
        ([{"typeId": "pump", "deviceId": "a", "extensions": {}}], {"IOTD0400E": ["0.extensions"]}),
        ([None], {"IOTD0400E": ["0"]}),
    ],
)
def test_a_body_that_is_not_valid_adds_none(api, pump, body, expected):
    assert violations(api.post(ADD, body)) == expected
    assert not Device.objects.exists()


def test_half_a_megabyte_is_the_most(api, pump):
    row = {"typeId": "pump", "deviceId": "p", "deviceInfo": {"model": "x" * 100}}
    body = json.dumps([{**row, "deviceId": f"p{number}"} for number in range(5_000)]).encode()
    assert len(body) > 512 * 1024
    for path in (ADD, REMOVE):
        assert error(api.post(path, body)) == (413, "CUDRS0021E")
    assert error(api.client.post(api.root + ADD, "[]", content_type="text/plain")) == (415, "IOTD0415E")
    assert error(api.post(ADD, b"")) == (400, "CUDRS0006E")


def test_two_thousand_take_a_few_queries(api, organization, django_assert_max_num_queries):
    for number in range(3):
        DeviceTypeFactory(organization=organization, type_id=f"t{number}")
    names = [{"typeId": f"t{number % 3}", "deviceId": f"d{number}"} for number in range(2_000)]
    # Fifty of them insert forty rows each: SQLite takes no more values at once. PostgreSQL needs four.
    with django_assert_max_num_queries(90):
        answer = api.post(ADD, names)
    assert answer.status_code == 201
    assert Device.objects.count() == 2_000
    with django_assert_max_num_queries(100):
        answer = api.post(REMOVE, names)
    assert (answer.status_code, Device.objects.count()) == (200, 0)


def test_removing_in_order_and_what_is_not_there_counts(api, p1, organization):
    DeviceFactory(organization=organization, device_id="p1")
    names = [
        {"typeId": "pump", "deviceId": "p9"},
        {"typeId": "pump", "deviceId": "p1"},
        {"typeId": "none", "deviceId": "p1"},
        {"typeId": "pump", "deviceId": "p1"},
    ]
    answer = api.post(REMOVE, names)
    assert (answer.status_code, answer.json()) == (200, [{**name, "success": True} for name in names])
    assert list(Device.objects.exclude(type_name="pump").values_list("device_id")) == [("p1",)]
    assert Device.objects.count() == 1
    entry = ActivityEntry.objects.get(action="devices deleted")
    assert entry.details == {"count": 1, "by_type": {"pump": 1}}
    again = api.post(REMOVE, names)
    assert again.status_code == 200
    assert ActivityEntry.objects.filter(action="devices deleted").count() == 1


def test_nothing_is_nothing(api):
    assert (api.post(ADD, []).status_code, api.post(REMOVE, []).json()) == (201, [])
    assert not ActivityEntry.objects.filter(action__startswith="devices").exists()


def test_an_organization_may_have_so_many_devices(api, p1, settings, organization, other_organization):
    DeviceFactory(organization=other_organization)
    settings.IOTDASH_DEVICES_PER_ORGANIZATION = 3
    rows = [{"typeId": "pump", "deviceId": name} for name in ("p1", "p2", "p3")]
    # The first is there already: it takes no room.
    assert [each["success"] for each in api.post(ADD, rows).json()] == [False, True, True]
    for answer in (
        api.post(ADD, [{"typeId": "pump", "deviceId": "p4"}]),
        api.post("/device/types/pump/devices", {"deviceId": "p4"}),
    ):
        assert error(answer) == (403, "CUDRS0018E")
        assert answer.json()["exception"]["properties"] == [organization.public_id]
    assert organization.devices.count() == 3
    assert api.post(ADD, rows).status_code == 202


def test_devices_of_others_stay(api, other_organization):
    theirs = DeviceFactory(organization=other_organization, device_id="p1")
    name = {"typeId": theirs.device_type.type_id, "deviceId": "p1"}
    assert api.post(REMOVE, [name]).status_code == 200
    assert Device.objects.filter(pk=theirs.pk).exists()
    assert api.post(ADD, [{**name, "deviceId": "p2"}]).json()[0]["error"]["exception"]["id"] == "IOTD0404E"


def test_one_that_was_added_in_this_moment_is_refused_and_the_others_are_added(api, p1, monkeypatch):
    """The first look came a moment too early to find p1; the database did not let it in twice."""
    looks = [lambda organization, names: {}, bulk._existing]
    monkeypatch.setattr(bulk, "_existing", lambda *asked: looks.pop(0)(*asked))
    answer = api.post(ADD, [{"typeId": "pump", "deviceId": "p1"}, {"typeId": "pump", "deviceId": "p2"}])
    assert (answer.status_code, [row["success"] for row in answer.json()]) == (202, [False, True])
    assert looks == []
