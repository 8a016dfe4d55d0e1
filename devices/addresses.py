"""Addresses of devices and device types, for redirects and links made in Python."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse

from devices.converters import IdConverter
from devices.models import Device, DeviceType
from iotdash.organizations.models import Organization


def device_url(device: Device, name: str = "device") -> str:
    """The drilldown, or another page of the device: "edit", "delete", "token"."""
    return reverse(f"devices:{name}", args=[*_org(device.organization), device.device_type.type_id, device.device_id])


def device_links(organization: Organization) -> Callable[[Device], str]:
    """Drilldowns of many devices of an organization: `device_url` without asking the routes for each."""
    listed, segment = list_url(organization), IdConverter().to_url
    return lambda device: f"{listed}{segment(device.type_name)}/{segment(device.device_id)}/"


def type_url(device_type: DeviceType, name: str = "type") -> str:
    """A device type's page, or "type_edit", "type_delete"."""
    return reverse(f"devices:{name}", args=[*_org(device_type.organization), device_type.type_id])


def list_url(organization: Organization, **filters: str) -> str:
    """The device list, filtered: `list_url(organization, type="pump")`."""
    url = reverse("devices:list", args=_org(organization))
    return f"{url}?{urlencode(filters)}" if filters else url


def _org(organization: Organization) -> list[str]:
    return [organization.public_id]
