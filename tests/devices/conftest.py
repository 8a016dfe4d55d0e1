"""A device type and a device of it."""

import pytest

from devices.models import Device, DeviceType
from tests.cast import DeviceFactory, DeviceTypeFactory


@pytest.fixture
def pump(organization) -> DeviceType:
    return DeviceTypeFactory(organization=organization, type_id="pump", manufacturer="Acme", metadata={"site": "north"})


@pytest.fixture
def device(pump, organization) -> Device:
    return DeviceFactory(organization=organization, device_type=pump, device_id="p1", model="W1")
