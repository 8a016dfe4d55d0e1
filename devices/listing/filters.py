"""Filters of the device list: those of `devices`, and those of its facets."""

from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from devices.facets import DeviceFacet, FacetFilter, facets
from devices.models import Device, DeviceType
from devices.queries import types_of
from iotdash.lib.lists import Filter, ListState
from iotdash.organizations.models import Organization

OWN = (
    Filter("type", "Type"),
    Filter("class", "Class", choices=tuple(DeviceType.ClassId.choices)),
    Filter("manufacturer", "Manufacturer"),
    Filter("model", "Model"),
    Filter("firmware", "Firmware version"),
    Filter("location", "Location", choices=(("yes", "Known"), ("no", "Unknown"))),
)
# Filters that take any text → the field of device types whose values are suggested.
SUGGESTED = {"type": "type_id", "manufacturer": "manufacturer", "model": "model", "firmware": "fw_version"}

FacetFilters = list[tuple[DeviceFacet, Sequence[FacetFilter]]]
Apply = Callable[[QuerySet[Device], Organization, str], QuerySet[Device]]


def facet_filters(organization: Organization) -> FacetFilters:
    return [(facet, facet.filters(organization)) for facet in facets()]


def list_filters(extra: FacetFilters) -> list[Filter]:
    added = [Filter(each.name, each.label, choices=each.choices) for _, filters in extra for each in filters]
    return [*OWN, *added]


def apply(
    devices: QuerySet[Device], organization: Organization, state: ListState, extra: FacetFilters
) -> QuerySet[Device]:
    """The devices that pass every filter of the state."""
    for name, how in _APPLY.items():
        if value := state.value(name):
            devices = how(devices, organization, value)
    for facet, filters in extra:
        for each in filters:
            if value := state.value(each.name):
                devices = facet.filter(devices, each.name, value)
    return devices


def _of_type(devices: QuerySet[Device], organization: Organization, value: str) -> QuerySet[Device]:
    # A scalar subquery, not a join, so that the index (type, device id) gives the order.
    return devices.filter(device_type=types_of(organization).filter(type_id=value).values("pk")[:1])


def _of_class(devices: QuerySet[Device], organization: Organization, value: str) -> QuerySet[Device]:
    return devices.filter(device_type__in=organization.device_types.filter(class_id=value).values("pk"))


def _located(devices: QuerySet[Device], organization: Organization, value: str) -> QuerySet[Device]:
    return devices.filter(latitude__isnull=value == "no")


def _equal(field: str) -> Apply:
    return lambda devices, organization, value: devices.filter(**{field: value})


_APPLY: dict[str, Apply] = {
    "type": _of_type,
    "class": _of_class,
    "manufacturer": _equal("manufacturer"),
    "model": _equal("model"),
    "firmware": _equal("fw_version"),
    "location": _located,
}
