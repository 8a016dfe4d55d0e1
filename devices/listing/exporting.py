"""The device list as a table: its filter, order and columns, all of its rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import QueryDict

from devices.conditions import BY_ID
from devices.listing import columns, filters
from devices.listing.devices import question_of, rows_of, state_of
from devices.models import Device
from iotdash.lib.downloads import all_pages
from iotdash.lib.lists import matching
from iotdash.organizations.models import Organization


def exported(organization: Organization, query: QueryDict) -> tuple[list[str], Iterator[list[Any]]]:
    """Headings and rows. Raises BadListQuery."""
    extra_columns, extra_filters = columns.facet_columns(organization), filters.facet_filters(organization)
    state = state_of(query, extra_columns, extra_filters)
    asked = matching(rows_of(organization, state), question_of(organization, state, extra_filters))
    shown = [column.name for column in state.shown]
    labels = [column.label for column in state.shown]
    pages = all_pages(asked.parts, order_by=state.order_by, then=[BY_ID])
    return labels, (row for devices in pages for row in _rows(devices, shown, extra_columns))


def _rows(devices: Sequence[Device], names: Sequence[str], extra: columns.FacetColumns) -> Iterator[list[Any]]:
    texts = columns.texts(names, extra, devices)
    return ([texts[name](device) for name in names] for device in devices)
