"""The API's names of what our models have."""

from collections.abc import Mapping
from typing import Any

INFO = {
    "serialNumber": "serial_number",
    "manufacturer": "manufacturer",
    "model": "model",
    "deviceClass": "device_class",
    "description": "info_description",
    "fwVersion": "fw_version",
    "hwVersion": "hw_version",
    "descriptiveLocation": "descriptive_location",
}
LOCATION = ("latitude", "longitude", "elevation", "accuracy")
# `deviceInfo.serialNumber` → model field, for filters and sorting.
DOTTED_INFO = {f"deviceInfo.{name}": field for name, field in INFO.items()}


def info_given(given: Mapping[str, Any]) -> dict[str, str]:
    """Device info of a body as model fields; only what it has."""
    return {INFO[name]: value for name, value in given.get("deviceInfo", {}).items()}
