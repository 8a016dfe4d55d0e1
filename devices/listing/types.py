"""The list of device types."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from devices import queries
from devices.addresses import list_url, type_url
from devices.models import DeviceType
from iotdash.lib.lists import Column, Filter, ListState, bounded_count, page
from iotdash.lib.lists.furniture import Furniture
from iotdash.organizations.authorization import may
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import EDIT_DEVICES

COLUMNS = (
    Column("type_id", "Type ID", sortable=True),
    Column("class_id", "Class"),
    Column("description", "Description"),
    Column("manufacturer", "Manufacturer", sortable=True),
    Column("model", "Model", sortable=True),
    Column("devices", "Devices"),
    Column("updated", "Updated", sortable=True, order_by="updated_at"),
)
FILTERS = (Filter("class", "Class", choices=tuple(DeviceType.ClassId.choices)),)


def type_list_context(request: HttpRequest) -> dict[str, Any]:
    """Raises BadListQuery."""
    organization = request.organization
    state = ListState.from_query(request.GET, COLUMNS, FILTERS, default_sort="type_id")
    types = _matching(organization, state)
    counted = queries.with_device_counts(types)
    found = page(counted, order_by=state.order_by, cursor=state.cursor, size=state.size)
    org = organization.public_id
    furniture = Furniture(reverse("devices:types", args=[org]), state)
    return {
        **furniture.context(found, bounded_count(types), "device types"),
        "headers": furniture.headers(column.name for column in COLUMNS),
        "rows": [_row(organization, device_type) for device_type in found.rows],
        "may_edit": may(request.membership, EDIT_DEVICES, organization),
        "add_url": reverse("devices:type_add", args=[org]),
    }


def _matching(organization: Organization, state: ListState) -> Any:
    types = organization.device_types.defer("metadata")
    if state.search:
        types = types.filter(queries.starting_with("type_id", state.search))
    return types.filter(class_id=state.value("class")) if state.value("class") else types


def _row(organization: Organization, device_type: DeviceType) -> dict[str, Any]:
    return {
        "type": device_type,
        "url": type_url(device_type),
        "count": queries.device_count(device_type),
        "devices_url": list_url(organization, type=device_type.type_id),
    }
