"""What a body says of a device, as services take it."""

from collections.abc import Mapping
from typing import Any

from devices.rest.names import LOCATION, info_given
from devices.services import Location, NewDevice
from iotdash.lib.rest import times


def new_device(given: Mapping[str, Any]) -> NewDevice:
    """Raises RestError for a time that is none."""
    place = given.get("location")
    return NewDevice(
        given["deviceId"],
        info_given(given),
        given.get("metadata"),
        None if place is None else location(place),
        given.get("authToken"),
    )


def location(given: Mapping[str, Any]) -> Location:
    """Raises RestError for a time that is none."""
    measured = given.get("measuredDateTime")
    moment = None if measured is None else times.moment(measured, "measuredDateTime")
    return Location(**{name: given.get(name) for name in LOCATION}, measured_at=moment)
