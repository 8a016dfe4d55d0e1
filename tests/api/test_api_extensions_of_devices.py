"""`extensions` of a device: section 4.2 of the specification, with the checks of the editor."""

import pytest

from devices.models import Device, DeviceIdentifier
from extensions.core import lanes, registry, tasks
from extensions.core.models import DeviceConfiguration, Operation
from extensions.core.services import configurations, device_configuration
from iotdash.audit.models import ActivityEntry
from tests.api.answers import error, violations
from tests.cast import DeviceFactory
from tests.extensions import meterco

pytestmark = pytest.mark.django_db
P1 = "/device/types/pump/devices/p1"
DOCUMENT = {"meterco": {"chip": "0001"}}


@pytest.fixture
def carrier(monkeypatch, organization, source):
    """An extension of the organization, `meterco`, whose devices have a chip."""
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(meterco.Scripted()))
    monkeypatch.setattr(tasks.run_lane, "apply_async", lambda args, countdown=None: None)
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: None)
    manifest = registry.manifest("meterco")
    return configurations.add(organization, manifest, "Main account", meterco.SETTINGS, source)


def stored() -> dict:
    return DeviceConfiguration.objects.get().document


def test_given_replaces_null_and_absent_leave_and_nothing_clears(api, p1, carrier):
    assert "extensions" not in api.get(P1).json()
    answer = api.put(P1, {"extensions": DOCUMENT, "deviceInfo": {"model": "W2"}})
    assert (answer.status_code, answer.json()["extensions"]) == (200, DOCUMENT)
    assert api.get(P1).json()["extensions"] == stored() == DOCUMENT
    for body in ({"extensions": None}, {}, {"metadata": {"a": 1}}):
        assert api.put(P1, body).json()["extensions"] == DOCUMENT
    assert api.put(P1, {"extensions": {"meterco": {"chip": "0002"}}}).status_code == 200
    assert stored() == {"meterco": {"chip": "0002"}}
    assert DeviceIdentifier.objects.get().value == "0002"
    assert "extensions" not in api.put(P1, {"extensions": {}}).json()
    assert stored() == {}
    assert not DeviceIdentifier.objects.exists()
    assert not Device.objects.get().configured


def test_as_in_the_editor_the_first_record_is_asked_and_the_change_noted(api, p1, carrier, developer):
    api.put(P1, {"extensions": DOCUMENT})
    assert Operation.objects.get().subject == "0001"
    entry = ActivityEntry.objects.get(action="device configuration changed")
    assert (entry.actor, entry.details) == (developer.email, {"before": {}, "after": DOCUMENT})
    assert Device.objects.get().configured


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"meterco": {"chip": 1}}, "extensions.meterco.chip"),
        ({"meterco": {}}, "extensions.meterco"),
        ({"meterco": {"chip": "0001", "size": 3}}, "extensions.meterco.size"),
        ({"meterco": None}, "extensions.meterco"),
        ({"nobody": {}}, "extensions.nobody"),
        ({"meterco": {"chip": "0001", "configuration": "Other"}}, "extensions.meterco.configuration"),
    ],
)
def test_what_the_editor_refuses_is_refused_with_its_path_and_in_its_words(api, p1, carrier, document, place):
    answer = api.put(P1, {"extensions": document, "deviceInfo": {"model": "W2"}})
    assert violations(answer) == {"IOTD0400E": [place]}
    text = device_configuration.as_text(document)
    (problem,) = device_configuration.validate(Device.objects.get(), text).problems
    assert answer.json()["violations"][0]["message"] == f"IOTD0400E: {place}: {problem.message}"
    # Not the half of it either.
    assert api.get(P1).json()["deviceInfo"]["model"] == "W1"
    assert not DeviceConfiguration.objects.exists()
    assert not ActivityEntry.objects.filter(action="device edited").exists()


def test_a_chip_is_in_one_device(api, p1, carrier):
    api.post("/device/types/pump/devices", {"deviceId": "p2"})
    api.put("/device/types/pump/devices/p2", {"extensions": DOCUMENT})
    answer = api.put(P1, {"extensions": DOCUMENT})
    assert violations(answer) == {"IOTD0400E": ["extensions.meterco.chip"]}
    assert "p2" in answer.json()["violations"][0]["message"]


def test_keys_of_a_removed_extension_pass_unchanged(api, p1, carrier, organization):
    gone = {"gone": {"number": "5"}}
    DeviceConfiguration.objects.create(device=Device.objects.get(), document=gone, changed_by="somebody")
    assert api.put(P1, {"extensions": {**gone, **DOCUMENT}}).status_code == 200
    answer = api.put(P1, {"extensions": {"gone": {"number": "6"}}})
    assert violations(answer) == {"IOTD0400E": ["extensions.gone"]}
    assert stored() == {**gone, **DOCUMENT}


def test_somebody_faster_is_a_conflict(api, p1, carrier, monkeypatch):
    validation = device_configuration._validation

    def slowly(text, stored, around):
        DeviceConfiguration.objects.create(device=stored.device, document={}, changed_by="somebody faster")
        return validation(text, stored, around)

    monkeypatch.setattr(device_configuration, "_validation", slowly)
    assert error(api.put(P1, {"extensions": DOCUMENT, "deviceInfo": {"model": "W2"}})) == (409, "IOTD0409E")
    assert api.get(P1).json()["deviceInfo"]["model"] == "W1"


def test_not_at_registration(api, pump, carrier):
    body = {"deviceId": "p1", "extensions": DOCUMENT}
    assert violations(api.post("/device/types/pump/devices", body)) == {"IOTD0400E": ["extensions"]}
    row = {"typeId": "pump", **body}
    assert violations(api.post("/bulk/devices/add", [row])) == {"IOTD0400E": ["0.extensions"]}
    assert not Device.objects.exists()


@pytest.mark.parametrize("document", [[], "x", 5, True])
def test_it_is_an_object(api, p1, document):
    assert violations(api.put(P1, {"extensions": document})) == {"IOTD0400E": ["extensions"]}


def test_devices_of_others(api, other_organization, carrier):
    theirs = DeviceFactory(organization=other_organization, device_id="p1")
    path = f"/device/types/{theirs.device_type.type_id}/devices/p1"
    assert api.put(path, {"extensions": DOCUMENT}).status_code == 404
