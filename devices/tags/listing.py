"""The list of an organization's tags."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from devices import queries as device_queries
from devices.models import Tag
from devices.tags import names, queries, showing
from iotdash.lib.lists import Column, ListState, bounded_count, page
from iotdash.lib.lists.furniture import Furniture
from iotdash.organizations.authorization import may
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import EDIT_DEVICES

COLUMNS = (Column("name", "Tag", sortable=True, order_by="folded"), Column("devices", "Devices"))


def tag_list_context(request: HttpRequest) -> dict[str, Any]:
    """Raises BadListQuery."""
    organization = request.organization
    state = ListState.from_query(request.GET, COLUMNS, default_sort="name")
    tags = organization.tags.all()
    if state.search:
        tags = tags.filter(device_queries.starting_with("folded", names.folded(state.search)))
    counted = queries.with_device_counts(tags)
    found = page(counted, order_by=state.order_by, cursor=state.cursor, size=state.size)
    furniture = Furniture(reverse("devices:tags", args=[organization.public_id]), state)
    return {
        **furniture.context(found, bounded_count(tags), "tags"),
        "headers": furniture.headers(column.name for column in COLUMNS),
        "rows": [_row(organization, tag) for tag in found.rows],
        "may_edit": may(request.membership, EDIT_DEVICES, organization),
    }


def _row(organization: Organization, tag: Tag) -> dict[str, Any]:
    return {"tag": tag, "devices_url": showing.devices_url(organization, tag), "count": queries.device_count(tag)}
