"""The device list: one context for page and fragment, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from devices import queries
from devices.addresses import device_url, list_url
from devices.listing import columns, filters
from devices.listing.columns import Cell
from devices.listing.furniture import Furniture
from devices.models import Device
from iotdash.lib.lists import Column, ListState, bounded_count, page
from iotdash.organizations.authorization import may
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import EDIT_DEVICES

KEY = "device_id"


def device_list_context(request: HttpRequest) -> dict[str, Any]:
    """Raises BadListQuery for a URL that asks for what the list does not have."""
    organization = request.organization
    extra_columns = columns.facet_columns(organization)
    extra_filters = filters.facet_filters(organization)
    state = ListState.from_query(
        request.GET,
        columns.list_columns(extra_columns),
        filters.list_filters(extra_filters),
        default_sort=KEY,
    )
    devices = _matching(organization, state, extra_filters)
    found = page(devices, order_by=state.order_by, cursor=state.cursor, size=state.size)
    shown = [column for column in state.shown if column.name != KEY]
    furniture = Furniture(list_url(organization), state, _suggestions(organization))
    return {
        **furniture.context(found, bounded_count(devices), "devices"),
        **furniture.chooser(KEY),
        "headers": furniture.headers([KEY, *(column.name for column in shown)]),
        "rows": _rows(found.rows, shown, columns.cells(shown, extra_columns, found.rows)),
        "may_edit": may(request.membership, EDIT_DEVICES, organization),
        "add_url": reverse("devices:add", args=[organization.public_id]),
    }


def _matching(organization: Organization, state: ListState, extra: filters.FacetFilters) -> Any:
    devices = filters.apply(queries.devices_of(organization), organization, state, extra)
    return queries.search(devices, organization, state.search) if state.search else devices


def _suggestions(organization: Organization) -> dict[str, list[str]]:
    templates = queries.type_templates(organization)
    return {name: queries.suggestions(templates, field) for name, field in filters.SUGGESTED.items()}


def _rows(devices: Sequence[Device], shown: Sequence[Column], cells: Mapping[str, Cell]) -> list[dict[str, Any]]:
    return [
        {
            "device": device,
            "url": device_url(device),
            "cells": [{"label": each.label, "content": cells[each.name](device)} for each in shown],
        }
        for device in devices
    ]
