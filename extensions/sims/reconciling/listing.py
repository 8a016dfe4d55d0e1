"""The reconciliation page and its sections: one context for page and fragment, and files of all rows."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone

from devices.addresses import device_links
from extensions.core.models import ExtensionConfig
from extensions.sims import numbers, queries
from extensions.sims.addresses import sim_links
from extensions.sims.inventory import filters
from extensions.sims.models import LinkProposal, Reconciliation, Synchronisation
from extensions.sims.reconciling.cells import Around
from extensions.sims.reconciling.finding import Found, Scope
from extensions.sims.reconciling.sections import PROPOSALS, SECTIONS, Section
from iotdash.lib.lists import Column, ListState, page
from iotdash.lib.lists.furniture import Furniture
from iotdash.organizations.authorization import may
from iotdash.organizations.exports import exports
from iotdash.organizations.jobs.forms import OneTimeForm
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import CONFIGURE_DEVICES

# SQLite refuses a query for what belongs to a thousand rows or more.
FILE_ROWS = 500
_COLUMNS = [Column("row", "Row")]


def overview_context(request: HttpRequest) -> dict[str, Any]:
    configs = list(queries.configurations(request.organization))
    return {
        "sections": [_with_count(request, section, configs) for section in SECTIONS],
        "no_carrier": not configs,
        **_ages(request, configs),
    }


def section_context(request: HttpRequest, section: Section) -> dict[str, Any]:
    """Raises BadListQuery for a URL that asks for what the list does not have."""
    configs = list(queries.configurations(request.organization))
    scope = scope_of(request.membership, section, configs, request.GET)
    found, around, state = section.find(scope), _around(request.organization, configs), scope.state
    listed = page(found.parts, order_by=found.order_by, then=found.then, cursor=state.cursor, size=state.size)
    section.prepare(listed.rows)
    url = section_url(request.organization, section)
    furniture = Furniture(url, state, filters.suggestions(configs))
    organization = request.organization
    return {
        "section": section,
        **furniture.context(listed, found.count, section.what),
        "rows": [_row(section, row, around) for row in listed.rows],
        "no_match": _no_match(section, state),
        "exports": exports(request, state, "sims:reconciliation_export", section.slug),
        "may_link": may(request.membership, CONFIGURE_DEVICES, organization),
        "proposing": section is PROPOSALS,
        "once": OneTimeForm(),
        "list_query": urlencode(state.parameters()),
        **_ages(request, configs),
    }


def scope_of(membership: Membership, section: Section, configs: list[ExtensionConfig], query: QueryDict) -> Scope:
    """Raises BadListQuery."""
    if section.usual and not any(query.get(name) for name in section.usual):
        query = query.copy()
        query.update(section.usual)
    state = ListState.from_query(query, _COLUMNS, section.declared(configs), default_sort="row")
    return Scope(membership.organization, filters.chosen(configs, state), state, numbers.searched(membership))


def exported(membership: Membership, section: Section, query: QueryDict) -> tuple[list[str], Iterator[list[Any]]]:
    """Headings, and all rows that match. Raises BadListQuery."""
    configs = list(queries.configurations(membership.organization))
    found = section.find(scope_of(membership, section, configs, query))
    around = _around(membership.organization, configs)
    rows = ([column.cell(row, around).value for column in section.in_file] for row in _all(section, found))
    return [column.label for column in section.in_file], rows


def section_url(organization: Organization, section: Section) -> str:
    return reverse("sims:reconciliation_section", args=[organization.public_id, section.slug])


def _all(section: Section, found: Found) -> Iterator[Any]:
    """Page after page, so that a long file needs no memory."""
    cursor = ""
    while True:
        listed = page(found.parts, order_by=found.order_by, then=found.then, cursor=cursor, size=FILE_ROWS)
        section.prepare(listed.rows)
        yield from listed.rows
        cursor = listed.next_cursor
        if not cursor:
            return


def _around(organization: Organization, configs: list[ExtensionConfig]) -> Around:
    return Around({config.pk: config for config in configs}, sim_links(organization), device_links(organization))


def _row(section: Section, row: Any, around: Around) -> dict[str, Any]:
    made = [(column, column.cell(row, around)) for column in section.on_page]
    cells = [{"label": column.label, "content": cell.content, "css": column.css} for column, cell in made]
    refused = isinstance(row, LinkProposal) and row.state == LinkProposal.State.REFUSED
    return {"row": row, "name": made[0][1].value, "head": cells[0], "cells": cells[1:], "refused": refused}


def _no_match(section: Section, state: ListState) -> str:
    """What is said where nothing matches."""
    more = state.search or any(name not in section.usual for name in state.filters)
    return "Take a filter away to see more." if more else section.nothing


def _with_count(request: HttpRequest, section: Section, configs: list[ExtensionConfig]) -> dict[str, Any]:
    scope = scope_of(request.membership, section, configs, QueryDict())
    count = section.find(scope).count
    return {"section": section, "count": count, "url": section_url(request.organization, section)}


def _ages(request: HttpRequest, configs: list[ExtensionConfig]) -> dict[str, Any]:
    """How old what is shown is: the inventory of each account, and the comparison with devices."""
    inventories = Synchronisation.objects.filter(config__in=configs).values_list("config_id", "inventory_at")
    listed = dict(inventories)
    state = Reconciliation.objects.filter(organization=request.organization).first()
    return {
        "inventories": [{"config": config, "at": listed.get(config.pk)} for config in configs],
        "comparison": state,
        "comparing": bool(state and state.next_at <= timezone.now()),
        "may_compare": may(request.membership, CONFIGURE_DEVICES, request.organization),
    }
