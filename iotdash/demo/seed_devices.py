"""Device types and devices of the sample organization."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from devices.models import Device, DeviceType
from devices.services import Location, NewDevice, add_devices, add_type
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization

# Somewhere along a made-up river: degrees, as the middle of each site.
SITES: Mapping[str, tuple[float, float]] = {
    "Alder Weir": (46.412, 8.087),
    "Brook Lane": (46.437, 8.141),
    "Castle Hill": (46.398, 8.176),
    "Dyers Yard": (46.451, 8.203),
    "East Reservoir": (46.466, 8.258),
    "Ferry Bank": (46.381, 8.229),
}


@dataclass(frozen=True)
class Kind:
    """A device type, how many devices it has, and what they may be."""

    type_id: str
    count: int
    description: str
    manufacturer: str
    models: tuple[str, ...]
    firmware: tuple[str, ...]
    class_id: str = DeviceType.ClassId.DEVICE


KINDS = (
    Kind("pump", 164, "Booster pump with a sensor", "Halvorsen", ("HB 40", "HB 65"), ("3.2.1", "3.4.0")),
    Kind("meter", 152, "Flow meter, read every 15 minutes", "Okapi", ("Q3", "Q5"), ("1.9", "2.0")),
    Kind("tracker", 78, "Tracker of a service vehicle", "Vela", ("V2",), ("7.1", "7.2")),
    Kind("gateway", 12, "Radio gateway", "Brightline", ("BL-G8",), ("12.4",), DeviceType.ClassId.GATEWAY),
)


def seed(organization: Organization, source: Source) -> list[Device]:
    """Adds every device and returns them in the order of their kinds."""
    chance = random.Random(20231201)  # noqa: S311 - the sample is the same for everybody
    devices: list[Device] = []
    for kind in KINDS:
        device_type = _type(organization, kind, source)
        added = add_devices(organization, device_type, _devices(kind, chance), source)
        devices += [each.device for each in added]
    return devices


def _type(organization: Organization, kind: Kind, source: Source) -> DeviceType:
    return add_type(
        organization,
        source,
        type_id=kind.type_id,
        class_id=kind.class_id,
        description=kind.description,
        info={"manufacturer": kind.manufacturer, "device_class": kind.type_id.capitalize()},
    )


def _devices(kind: Kind, chance: random.Random) -> Iterator[NewDevice]:
    for number in range(1, kind.count + 1):
        site = chance.choice(list(SITES))
        yield NewDevice(
            device_id=f"{kind.type_id}-{number:03d}",
            info={
                "serial_number": f"{kind.manufacturer[:2].upper()}{chance.randrange(10**7, 10**8)}",
                "model": chance.choice(kind.models),
                "fw_version": chance.choice(kind.firmware),
                "hw_version": chance.choice(("A", "B", "C")),
                "descriptive_location": site,
            },
            metadata={"site": site},
            location=_near(site, chance),
        )


def _near(site: str, chance: random.Random) -> Location:
    latitude, longitude = SITES[site]
    return Location(
        latitude=round(latitude + chance.uniform(-0.01, 0.01), 5),
        longitude=round(longitude + chance.uniform(-0.01, 0.01), 5),
        accuracy=10.0,
    )
