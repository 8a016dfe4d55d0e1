"""One number on two devices, whoever knows it and however it is written."""

import pytest

from devices.models import DeviceIdentifier
from extensions.core import registry
from extensions.core.services import configurations
from extensions.sims.inventory import typed
from extensions.sims.models import SharedIdentifier
from extensions.sims.reconciling.sharing import Shared
from tests.extensions import meterco
from tests.sims.reconciling_world import ICCID, add_device, add_sim, compare

WHOLE = ICCID + typed._check_digit(ICCID)


@pytest.fixture
def other_carrier(provider, organization, config, source, monkeypatch):
    """Added to the organization, as the first one is."""
    manifest = meterco.manifest(provider, slug="otherco", device_key="otherco", name="OtherCo", subject_field="card")
    monkeypatch.setitem(registry._manifests, "otherco", manifest)
    return configurations.add(organization, manifest, "Other account", meterco.SETTINGS, source)


def configure(organization, device_id: str, key: str, value: str):
    device = organization.devices.filter(device_id=device_id).first() or add_device(organization, device_id)
    DeviceIdentifier.objects.create(organization=organization, device=device, key=key, value=value)
    return device


def found(organization) -> list[tuple[str, str, str]]:
    compare(organization)
    rows = SharedIdentifier.objects.filter(organization=organization).order_by("number", "device__device_id")
    return list(rows.values_list("number", "device__device_id", "told"))


def test_in_configurations_of_two_carriers(organization, other_carrier):
    configure(organization, "d1", "meterco.chip", "0007")
    configure(organization, "d2", "otherco.card", "0007")
    configure(organization, "d3", "otherco.card", "0008")
    assert found(organization) == [("0007", "d1", "0007"), ("0007", "d2", "0007")]


def test_with_a_check_digit_and_without(organization, config):
    configure(organization, "d1", "meterco.chip", ICCID)
    configure(organization, "d2", "meterco.chip", WHOLE)
    assert found(organization) == [(ICCID, "d1", ICCID), (ICCID, "d2", WHOLE)]


def test_as_the_iccid_of_a_sim_that_is_known_by_another_number(organization, config):
    device = configure(organization, "d1", "meterco.chip", "0007")
    add_sim(config, "0007", device=device, iccid=ICCID)
    configure(organization, "d2", "meterco.chip", WHOLE)
    assert found(organization) == [(ICCID, "d1", ICCID), (ICCID, "d2", WHOLE)]


def test_two_carriers_of_one_device_are_no_matter(organization, other_carrier):
    configure(organization, "d1", "meterco.chip", "0007")
    configure(organization, "d1", "otherco.card", "0007")
    assert found(organization) == []


def test_another_organization_is_no_matter(organization, other_organization, other_carrier):
    configure(organization, "d1", "meterco.chip", "0007")
    configure(other_organization, "d2", "otherco.card", "0007")
    assert found(organization) == found(other_organization) == []


def test_what_is_mended_goes_with_the_next_pass(organization, other_carrier):
    configure(organization, "d1", "meterco.chip", "0007")
    device = configure(organization, "d2", "otherco.card", "0007")
    assert len(found(organization)) == 2
    device.delete()
    assert SharedIdentifier.objects.count() == 1
    assert found(organization) == []


def test_names_that_are_no_carriers_are_left_alone(organization, config):
    configure(organization, "d1", "meterco.chip", "0007")
    configure(organization, "d2", "mbed.endpoint", "0007")
    assert found(organization) == []


def test_chunks_do_not_hide_any(organization, other_carrier, monkeypatch):
    monkeypatch.setattr("extensions.sims.reconciling.comparing.AT_ONCE", 1)
    configure(organization, "d1", "meterco.chip", "0007")
    configure(organization, "d2", "otherco.card", "0007")
    assert len(found(organization)) == 2


def test_what_is_left_of_a_removed_carrier_is_no_matter(organization, other_carrier, source):
    configure(organization, "d1", "meterco.chip", "0007")
    configure(organization, "d2", "otherco.card", "0007")
    configurations.remove(other_carrier, source)
    assert found(organization) == []


def test_a_device_that_is_deleted_while_it_is_compared_is_left_out(organization, other_carrier, monkeypatch):
    configure(organization, "d1", "meterco.chip", "0007")
    device = configure(organization, "d2", "otherco.card", "0007")
    pairs = Shared._pairs

    def then_delete(*given):
        yield from list(pairs(*given))
        device.delete()

    monkeypatch.setattr(Shared, "_pairs", then_delete)
    compare(organization)
    assert not SharedIdentifier.objects.filter(told="0007").exclude(device__device_id="d1").exists()
