"""The device list: one context for page and fragment, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from devices import queries
from devices.addresses import device_links, list_url
from devices.conditions import BY_ID
from devices.listing import columns, filters
from devices.listing.columns import Cell
from devices.models import Device
from iotdash.lib.lists import Column, ListState, Question, Rows, matching, page
from iotdash.lib.lists.furniture import Furniture
from iotdash.organizations.authorization import may
from iotdash.organizations.exports import exports
from iotdash.organizations.jobs.selection import Asked
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import EDIT_DEVICES, IMPORT_DEVICES

KEY = BY_ID


def device_list_context(request: HttpRequest) -> dict[str, Any]:
    """Raises BadListQuery for a URL that asks for what the list does not have."""
    organization = request.organization
    extra_columns = columns.facet_columns(organization)
    extra_filters = filters.facet_filters(organization)
    state = state_of(request.GET, extra_columns, extra_filters)
    asked = matching(rows_of(organization, state), question_of(organization, state, extra_filters))
    found = page(asked.parts, order_by=state.order_by, then=[KEY], cursor=state.cursor, size=state.size)
    shown = [column for column in state.shown if column.name != KEY]
    furniture = Furniture(list_url(organization), state, _suggestions(organization, extra_filters))
    return {
        **furniture.context(found, asked.count, "devices"),
        **furniture.chooser(KEY),
        "headers": furniture.headers([KEY, *(column.name for column in shown)]),
        "rows": _rows(organization, found.rows, shown, columns.cells(shown, extra_columns, found.rows)),
        "list_query": urlencode(state.parameters()),
        "may_edit": may(request.membership, EDIT_DEVICES, organization),
        "may_import": may(request.membership, IMPORT_DEVICES, organization),
        "add_url": reverse("devices:add", args=[organization.public_id]),
        "exports": exports(request, state, "devices:export"),
    }


def state_for(membership: Membership, query: QueryDict) -> ListState:
    """Raises BadListQuery."""
    organization = membership.organization
    return state_of(query, columns.facet_columns(organization), filters.facet_filters(organization))


def asked_of(organization: Organization, query: QueryDict) -> Asked:
    """Raises BadListQuery."""
    extra = filters.facet_filters(organization)
    state = state_of(query, columns.facet_columns(organization), extra)
    return Asked(state, rows_of(organization), question_of(organization, state, extra))


def state_of(query: QueryDict, extra_columns: columns.FacetColumns, extra_filters: filters.FacetFilters) -> ListState:
    """Raises BadListQuery."""
    shown, filtered = columns.list_columns(extra_columns), filters.list_filters(extra_filters)
    return ListState.from_query(query, shown, filtered, default_sort=KEY)


def rows_of(organization: Organization, state: ListState | None = None) -> Rows:
    """`state` says whether metadata is shown."""
    metadata = state is not None and columns.METADATA in state.columns
    return Rows(queries.for_lists(Device.objects, metadata=metadata), Q(organization=organization))


def question_of(organization: Organization, state: ListState, extra: filters.FacetFilters) -> Question:
    search = queries.search(organization, state.search) if state.search else []
    return Question(filters.conditions(organization, state, extra), search, state.order_by)


def _suggestions(organization: Organization, extra: filters.FacetFilters) -> dict[str, Sequence[str]]:
    templates = queries.type_templates(organization)
    own = {name: queries.suggestions(templates, field) for name, field in filters.SUGGESTED.items()}
    return own | {each.name: each.suggestions for _, added in extra for each in added if each.suggestions}


def _rows(
    organization: Organization, devices: Sequence[Device], shown: Sequence[Column], cells: Mapping[str, Cell]
) -> list[dict[str, Any]]:
    link = device_links(organization)
    return [
        {
            "device": device,
            "url": link(device),
            "cells": [{"label": each.label, "content": cells[each.name](device)} for each in shown],
        }
        for device in devices
    ]
