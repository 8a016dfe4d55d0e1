"""Lists of devices: what they are filtered, sorted and counted by."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from devices.models import Device, DeviceType
from devices.queries import gateway_types_of
from devices.rest import answers
from devices.rest.names import DOTTED_INFO
from iotdash.lib.rest import filters, paging
from iotdash.lib.rest.operations import PAGING, Parameter
from iotdash.lib.rest.queries import truth
from iotdash.organizations.models import Organization

# Nothing manages devices yet, and none has a gateway: no device has these.
_MANAGED = ("mgmt.dormant", "mgmt.supports.deviceActions", "mgmt.supports.firmwareActions")
_BEHIND_GATEWAY = ("gatewayTypeId", "gatewayId")
_FIELDS = {"typeId": "type_name", "deviceId": "device_id", **DOTTED_INFO}
SORTS = {
    **_FIELDS,
    "registration.date": "registered_at",
    "status.alert.enabled": "alert_enabled",
    "status.alert.timestamp": "alert_at",
    **dict.fromkeys((*_MANAGED, *_BEHIND_GATEWAY), ""),
}
FILTERS = {
    **{name: filters.text(field) for name, field in _FIELDS.items()},
    "registration.date": filters.moment("registered_at"),
    "status.alert.enabled": filters.flag("alert_enabled"),
    **dict.fromkeys(_MANAGED, filters.nothing(truth)),
    **dict.fromkeys(_BEHIND_GATEWAY, filters.nothing(lambda value, name: None)),
}
FACETS = {
    "typeId": "type_name",
    **{
        f"deviceInfo.{name}": DOTTED_INFO[f"deviceInfo.{name}"]
        for name in ("deviceClass", "fwVersion", "hwVersion", "manufacturer", "model")
    },
    "status.alert.enabled": "alert_enabled",
    **dict.fromkeys(_MANAGED, ""),
}
_FLAGS = {name: {"type": "boolean"} for name in ("status.alert.enabled", *_MANAGED)}
_FACETS_WORDS = "Fields, separated by commas, whose values are counted in meta.facets of the first page."
QUERY = (
    *PAGING,
    Parameter("_facets", _FACETS_WORDS, {"type": "string"}),
    *filters.described([*FILTERS], _FLAGS),
)


def page_of(
    rows: QuerySet[Device], query: QueryDict, organization: Organization, device_type: DeviceType | None = None
) -> dict[str, Any]:
    """The answer to a request for these devices. `device_type`: that of all, where there is only one."""
    found = rows.filter(filters.where(query, FILTERS))
    wanted = paging.asked(query, SORTS, "device_id")
    shown = found.values_list(*answers.DEVICE_FIELDS, named=True)

    def item(page: Sequence[Any]) -> list[dict[str, Any]]:
        gateways = _gateways([device_type] if device_type else gateway_types_of(organization))
        return [answers.listed_device(row, organization, gateway=row.device_type_id in gateways) for row in page]

    return paging.page(shown, wanted, item, facets=_facets(found, query))


def _gateways(types: Sequence[DeviceType]) -> set[int]:
    """Not joined with the devices: those would not come in the order of an index."""
    return {each.pk for each in types if each.class_id == DeviceType.ClassId.GATEWAY}


def _facets(rows: QuerySet[Device], query: QueryDict) -> Callable[[], dict[str, Any]] | None:
    return (lambda: filters.facets(rows, query, FACETS)) if query.get("_facets") else None
