"""Identifiers: one device each, replaced by key, and the other device named when taken."""

import pytest
from django.db import IntegrityError, transaction

from devices import identifiers
from devices.identifiers import IdentifierTaken, owner_of, set_identifiers
from devices.models import DeviceIdentifier
from tests.cast import DeviceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def device(organization):
    return DeviceFactory(organization=organization, device_id="p1")


@pytest.fixture
def second(organization):
    return DeviceFactory(organization=organization, device_id="p2")


def stored(device) -> dict[str, str]:
    return dict(device.identifiers.values_list("key", "value"))


def test_given_keys_are_replaced_and_others_stay(device):
    set_identifiers(device, {"one.iccid": "1", "two.id": "x"})
    set_identifiers(device, {"one.iccid": "2"})
    assert stored(device) == {"one.iccid": "2", "two.id": "x"}
    set_identifiers(device, {"one.iccid": None})
    assert stored(device) == {"two.id": "x"}


def test_a_taken_identifier_names_the_other_device_and_changes_nothing(device, second):
    set_identifiers(device, {"one.iccid": "1"})
    set_identifiers(second, {"one.iccid": "2", "two.id": "x"})
    with pytest.raises(IdentifierTaken) as caught:
        set_identifiers(second, {"two.id": "y", "one.iccid": "1"})
    assert (caught.value.key, caught.value.value, caught.value.device) == ("one.iccid", "1", device)
    assert "p1" in str(caught.value)
    assert stored(second) == {"one.iccid": "2", "two.id": "x"}


def test_the_refusal_leaves_the_transaction_of_the_caller_usable(device, second):
    set_identifiers(device, {"one.iccid": "1"})
    with transaction.atomic():
        with pytest.raises(IdentifierTaken):
            set_identifiers(second, {"one.iccid": "1"})
        set_identifiers(second, {"one.iccid": "3"})
    assert stored(second) == {"one.iccid": "3"}


def test_setting_the_same_again_writes_nothing(device):
    set_identifiers(device, {"one.iccid": "1"})
    row = DeviceIdentifier.objects.get()
    set_identifiers(device, {"one.iccid": "1"})
    assert DeviceIdentifier.objects.get().pk == row.pk


def test_the_same_value_under_another_key_or_in_another_organization_is_free(device, second, other_organization):
    foreign = DeviceFactory(organization=other_organization)
    set_identifiers(device, {"one.iccid": "1"})
    set_identifiers(second, {"two.iccid": "1"})
    set_identifiers(foreign, {"one.iccid": "1"})
    assert owner_of(device.organization, "one.iccid", "1") == device
    assert owner_of(other_organization, "one.iccid", "1") == foreign
    assert owner_of(device.organization, "one.iccid", "9") is None


def test_an_integrity_error_of_another_kind_is_not_explained_away(device, monkeypatch):
    def fail(*args):
        raise IntegrityError("disk")

    monkeypatch.setattr(identifiers, "_replace", fail)
    with pytest.raises(IntegrityError):
        set_identifiers(device, {"one.iccid": "1"})
