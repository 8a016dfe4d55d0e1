"""Adding, editing and deleting through services: what is stored, what is refused, what is recorded."""

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from devices import services
from devices.models import Device, DeviceType
from devices.services import Location, NewDevice
from iotdash.audit.models import ActivityEntry
from iotdash.lib.crypto import check_token
from tests.cast import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pump(organization) -> DeviceType:
    return DeviceTypeFactory(
        organization=organization, type_id="pump", manufacturer="Acme", model="W1", metadata={"site": "north"}
    )


def last_entry() -> ActivityEntry:
    return ActivityEntry.objects.latest("id")


def test_what_a_device_does_not_give_is_copied_from_its_type(pump, source):
    device = services.add_device(pump, NewDevice("p1", {"model": "W2"}), source).device
    device.refresh_from_db()
    assert (device.manufacturer, device.model, device.metadata) == ("Acme", "W2", {"site": "north"})
    assert device.registered_by == source.actor


def test_given_metadata_replaces_that_of_the_type(pump, source):
    device = services.add_device(pump, NewDevice("p1", metadata={"floor": 2}), source).device
    assert device.metadata == {"floor": 2}


def test_later_changes_of_the_type_do_not_reach_its_devices(pump, source):
    device = services.add_device(pump, NewDevice("p1"), source).device
    services.edit_type(pump, source, info={"manufacturer": "Northwind"}, metadata={})
    device.refresh_from_db()
    assert (device.manufacturer, device.metadata) == ("Acme", {"site": "north"})


def test_a_made_token_is_long_of_the_alphabet_and_not_stored(pump, source):
    made = [services.add_device(pump, NewDevice(f"p{n}"), source) for n in range(5)]
    for each in made:
        services.validate_token(each.token)
        assert len(each.token) >= 18
        assert each.token not in each.device.token_digest
        assert check_token(each.token, each.device.token_digest)
    assert len({each.token for each in made}) == 5


@pytest.mark.parametrize("token", ["short12", "x" * 37, "with space 1", "umlautä1234", "slash/1234"])
def test_own_tokens_outside_the_rule_are_refused(pump, source, token):
    with pytest.raises(ValidationError) as caught:
        services.add_device(pump, NewDevice("p1", token=token), source)
    assert "token" in caught.value.message_dict
    assert not Device.objects.exists()


@pytest.mark.parametrize("token", ["Aa0_.!&@", "?*+()-" * 6])
def test_own_tokens_within_the_rule_are_taken(pump, source, token):
    registered = services.add_device(pump, NewDevice("p1", token=token), source)
    assert registered.token == token
    assert check_token(token, registered.device.token_digest)


@pytest.mark.parametrize("device_id", ["", "a" * 37, "with space", "a/b", "ä", "new\nline", "trailing\n"])
def test_ids_outside_the_rule_are_refused(pump, source, device_id):
    with pytest.raises(ValidationError) as caught:
        services.add_device(pump, NewDevice(device_id), source)
    assert "device_id" in caught.value.message_dict


def test_the_same_id_twice_in_a_type_is_refused_and_in_another_type_is_not(pump, source, organization):
    services.add_device(pump, NewDevice("p1"), source)
    with pytest.raises(services.DeviceExists, match="pump already has a device p1"):
        services.add_device(pump, NewDevice("p1"), source)
    other = DeviceTypeFactory(organization=organization)
    assert services.add_device(other, NewDevice("p1"), source).device.pk
    assert ActivityEntry.objects.filter(action="device added").count() == 2


@pytest.mark.parametrize(
    ("location", "field"),
    [
        (Location(90.1, 0), "latitude"),
        (Location(0, -180.5), "longitude"),
        (Location(0, 0, accuracy=-1), "accuracy"),
        (Location(float("nan"), 0), "latitude"),
        (Location(0, 0, elevation=float("inf")), "elevation"),
    ],
)
def test_locations_out_of_range_are_refused(pump, source, location, field):
    with pytest.raises(ValidationError) as caught:
        services.add_device(pump, NewDevice("p1", location=location), source)
    assert field in caught.value.message_dict


@time_machine.travel("2026-03-01 09:00:00Z", tick=False)
def test_a_location_without_time_was_measured_now(pump, source):
    device = services.add_device(pump, NewDevice("p1", location=Location(51.02, -1.39)), source).device
    assert device.measured_at == device.located_at == timezone.now()


@pytest.mark.parametrize(
    "metadata", [[1], {"n": float("inf")}, {"t": "\x00"}, {"t": "\ud800"}, {"t": "x" * 70_000}, {"\x00": 1}]
)
def test_metadata_that_a_database_cannot_hold_is_refused(pump, source, metadata):
    device = services.add_device(pump, NewDevice("p1"), source).device
    device.metadata = metadata
    with pytest.raises(ValidationError):
        device.clean_fields()


def test_metadata_may_speak_of_escapes(pump, source):
    text = {"t": "a \\u0000 in words", "o": "Öl"}
    device = services.add_device(pump, NewDevice("p1", metadata=text), source).device
    device.refresh_from_db()
    assert device.metadata == text


def test_info_that_is_no_field_is_refused(pump, source):
    with pytest.raises(ValidationError, match="colour"):
        services.add_device(pump, NewDevice("p1", {"colour": "red"}), source)


def test_edit_saves_and_records_only_what_changed(organization, source):
    device = DeviceFactory(organization=organization, model="W1", serial_number="1")
    Device.objects.filter(pk=device.pk).update(token_digest="kept")
    services.edit_device(device, source, info={"model": "W2", "serial_number": "1"})
    device.refresh_from_db()
    assert (device.model, device.token_digest) == ("W2", "kept")
    assert last_entry().details == {"changed": ["model"]}


def test_edit_without_a_change_records_nothing(organization, source):
    device = DeviceFactory(organization=organization, model="W1")
    services.edit_device(device, source, info={"model": "W1"})
    assert not ActivityEntry.objects.exists()


def test_edit_keeps_what_is_not_given(organization, source):
    device = DeviceFactory(organization=organization, latitude=1, longitude=2, metadata={"a": 1})
    services.edit_device(device, source, info={"model": "W2"})
    device.refresh_from_db()
    assert (device.latitude, device.metadata) == (1, {"a": 1})


def test_edit_removes_a_location(organization, source):
    device = DeviceFactory(organization=organization, latitude=1, longitude=2, elevation=3)
    services.edit_device(device, source, location=None)
    device.refresh_from_db()
    assert (device.latitude, device.longitude, device.elevation, device.located_at) == (None,) * 4


def test_a_stale_edit_overwrites_nothing_and_carries_what_is_stored(organization, source):
    device = DeviceFactory(organization=organization, model="W1")
    seen = device.updated_at
    services.edit_device(device, source, info={"model": "newer"}, expected=seen)
    with pytest.raises(services.Stale) as caught:
        services.edit_device(device, source, info={"model": "mine"}, expected=seen)
    device.refresh_from_db()
    assert device.model == caught.value.current.model == "newer"


def test_a_new_token_replaces_the_old_one_and_is_not_in_the_log(pump, source):
    registered = services.add_device(pump, NewDevice("p1"), source)
    new = services.reissue_token(registered.device, source)
    digest = Device.objects.get().token_digest
    assert check_token(new, digest)
    assert not check_token(registered.token, digest)
    entry = last_entry()
    assert (entry.action, entry.target) == ("device token reissued", "pump/p1")
    assert new not in str(entry.__dict__)


def test_a_deleted_device_is_gone_and_recorded(pump, source):
    device = services.add_device(pump, NewDevice("p1"), source).device
    services.delete_device(device, source)
    assert not Device.objects.exists()
    assert (last_entry().action, last_entry().target, last_entry().address) == (
        "device deleted",
        "pump/p1",
        "192.0.2.1",
    )


def test_a_type_with_devices_is_not_deleted(pump, source):
    device = services.add_device(pump, NewDevice("p1"), source).device
    with pytest.raises(services.TypeInUse):
        services.delete_type(pump, source)
    services.delete_device(device, source)
    services.delete_type(DeviceType.objects.get(), source)
    assert not DeviceType.objects.exists()
    assert last_entry().action == "device type deleted"


def test_a_type_id_is_unique_in_its_organization_only(pump, source, organization, other_organization):
    with pytest.raises(services.TypeExists):
        services.add_type(organization, source, type_id="pump")
    assert services.add_type(other_organization, source, type_id="pump").pk


def test_a_class_is_one_of_two(organization, source):
    with pytest.raises(ValidationError) as caught:
        services.add_type(organization, source, type_id="x", class_id="Robot")
    assert "class_id" in caught.value.message_dict


def test_many_devices_are_added_in_few_queries(pump, source, organization, django_assert_max_num_queries):
    rows = [NewDevice(f"p{n}", {"serial_number": str(n)}) for n in range(300)]
    with django_assert_max_num_queries(15):
        registered = services.add_devices(organization, pump, rows, source)
    assert [each.device.device_id for each in registered] == [row.device_id for row in rows]
    assert Device.objects.filter(manufacturer="Acme").count() == 300
    assert check_token(registered[7].token, Device.objects.get(device_id="p7").token_digest)
    assert last_entry().details == {"count": 300}


@pytest.mark.parametrize("ids", [["n1", "p1"], ["n1", "n2", "n1"]])
def test_many_devices_are_added_all_or_none(pump, source, organization, ids):
    services.add_device(pump, NewDevice("p1"), source)
    with pytest.raises(services.DeviceExists):
        services.add_devices(organization, pump, [NewDevice(each) for each in ids], source)
    assert Device.objects.count() == 1


def test_many_devices_of_a_foreign_type_are_refused(pump, source, other_organization):
    with pytest.raises(ValueError, match="another organization"):
        services.add_devices(other_organization, pump, [NewDevice("p1")], source)


def test_client_id_tells_the_class(organization, source):
    gateway = services.add_type(organization, source, type_id="hall", class_id="Gateway")
    assert services.add_device(gateway, NewDevice("g1"), source).device.client_id == "g:abc123:hall:g1"
