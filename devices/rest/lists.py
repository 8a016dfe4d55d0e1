"""Lists of devices: what they are filtered, sorted and counted by."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from devices.models import Device
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


def page_of(rows: QuerySet[Device], query: QueryDict, organization: Organization) -> dict[str, Any]:
    """The answer to a request for these devices. Types come by a second query, so that an index gives the order."""
    found = rows.filter(filters.where(query, FILTERS))
    wanted = paging.asked(query, SORTS, "device_id")
    shown = found.prefetch_related("device_type")
    return paging.page(shown, wanted, lambda page: answers.devices(page, organization), facets=_facets(found, query))


def _facets(rows: QuerySet[Device], query: QueryDict) -> Callable[[], dict[str, Any]] | None:
    return (lambda: filters.facets(rows, query, FACETS)) if query.get("_facets") else None
