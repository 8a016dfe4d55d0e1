"""Filters of the device list: those of `devices`, and those of its facets."""

from collections.abc import Callable, Sequence

from django.db.models import Q

from devices.conditions import of_devices
from devices.facets import DeviceFacet, FacetFilter, facets
from devices.models import Device, DeviceType
from iotdash.lib.lists import Condition, Filter, ListState
from iotdash.organizations.models import Organization

OWN = (
    Filter("type", "Type"),
    Filter("class", "Class", choices=tuple(DeviceType.ClassId.choices)),
    Filter("manufacturer", "Manufacturer"),
    Filter("model", "Model"),
    Filter("firmware", "Firmware version"),
    Filter("location", "Location", choices=(("yes", "Known"), ("no", "Unknown"))),
    Filter("alert", "Alert", choices=(("on", "On"),)),
)
# Filters that take any text → the field of device types whose values are suggested.
SUGGESTED = {"type": "type_id", "manufacturer": "manufacturer", "model": "model", "firmware": "fw_version"}

FacetFilters = list[tuple[DeviceFacet, Sequence[FacetFilter]]]
MakeCondition = Callable[[Organization, str], Condition]


def facet_filters(organization: Organization) -> FacetFilters:
    return [(facet, facet.filters(organization)) for facet in facets()]


def list_filters(extra: FacetFilters) -> list[Filter]:
    added = [Filter(each.name, each.label, choices=each.choices) for _, filters in extra for each in filters]
    return [*OWN, *added]


def conditions(organization: Organization, state: ListState, extra: FacetFilters) -> list[Condition]:
    """What the state's filters ask."""
    own = [make(organization, state.value(name)) for name, make in _CONDITIONS.items() if state.value(name)]
    others = [
        facet.condition(organization, each.name, state.value(each.name))
        for facet, filters in extra
        for each in filters
        if state.value(each.name)
    ]
    return [*own, *others]


def _of_class(organization: Organization, value: str) -> Condition:
    # Types are few. Not as a subquery: PostgreSQL cannot tell how many devices it stands for, and reads all.
    of_types = Q(device_type__in=list(organization.device_types.filter(class_id=value).values_list("pk", flat=True)))
    # By the types' own index: these are the organization's types, and its devices are most of the table.
    return Condition(of_types, Device.objects.filter(of_types))


def _located(organization: Organization, value: str) -> Condition:
    return of_devices(organization, Q(latitude__isnull=value == "no"), ordered=True)


def _alerting(organization: Organization, value: str) -> Condition:
    return of_devices(organization, Q(alert_enabled=True), ordered=True)


def _equal(field: str) -> MakeCondition:
    return lambda organization, value: of_devices(organization, Q(**{field: value}), ordered=True)


_CONDITIONS: dict[str, MakeCondition] = {
    "type": _equal("type_name"),
    "class": _of_class,
    "manufacturer": _equal("manufacturer"),
    "model": _equal("model"),
    "firmware": _equal("fw_version"),
    "location": _located,
    "alert": _alerting,
}
