"""The list of SIMs: one context for page and fragment, in a number of queries that grows only with configurations."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch, Q
from django.http import HttpRequest, QueryDict

from devices.addresses import device_links
from devices.models import Device
from extensions.core.models import ExtensionConfig
from extensions.sims import numbers, queries
from extensions.sims.addresses import list_url, sim_links
from extensions.sims.inventory import filters, typed
from extensions.sims.inventory.columns import BY_NAME, COLUMNS, FIELDS, Surroundings
from extensions.sims.inventory.ranges import BY_SUBJECT
from extensions.sims.models import Sim
from extensions.sims.sync.sources import lists_sims
from iotdash.lib.lists import Column, ListState, Question, Rows, matching, page
from iotdash.lib.lists.furniture import Furniture
from iotdash.organizations.authorization import may
from iotdash.organizations.exports import exports
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import CONFIGURE_DEVICES, MANAGE_EXTENSIONS, OPERATE


def sim_list_context(request: HttpRequest) -> dict[str, Any]:
    """Raises BadListQuery for a URL that asks for what the list does not have."""
    organization, membership = request.organization, request.membership
    configs = list(queries.configurations(organization))
    state = state_of(configs, request.GET)
    chosen = filters.chosen(configs, state)
    asked = matching(rows_of(chosen), question_of(chosen, state, numbers.searched(membership)))
    found = page(asked.parts, order_by=state.order_by, then=[BY_SUBJECT], cursor=state.cursor, size=state.size)
    furniture = Furniture(list_url(organization), state, filters.suggestions(configs))
    shown = [column for column in state.shown if column.name != BY_SUBJECT]
    return {
        **furniture.context(found, asked.count, "SIMs"),
        **furniture.chooser(BY_SUBJECT),
        "headers": _headers(furniture, [BY_SUBJECT, *(column.name for column in shown)]),
        "rows": _rows(found.rows, shown, sim_links(organization), surroundings(membership, configs)),
        "no_sims": _no_sims(configs) if configs else "",
        **_words(membership, state.search),
        "may_operate": may(membership, OPERATE, organization),
        "list_query": urlencode(state.parameters()),
        "exports": exports(request, state, "sims:export"),
        "may_manage": may(membership, MANAGE_EXTENSIONS, organization),
    }


def state_of(configs: Sequence[ExtensionConfig], query: QueryDict) -> ListState:
    """Raises BadListQuery."""
    columns = [each.column for each in COLUMNS]
    return ListState.from_query(query, columns, filters.declared(configs), default_sort=BY_SUBJECT)


def state_for(membership: Membership, query: QueryDict) -> ListState:
    """Raises BadListQuery."""
    return state_of(list(queries.configurations(membership.organization)), query)


def rows_of(configs: Sequence[ExtensionConfig]) -> Rows:
    """Each configuration is a stretch of its own: so its SIMs lie together in every index; one covers all filters."""
    devices = Prefetch("device", Device.objects.only("device_id", "type_name"))
    sims = Sim.objects.only(*FIELDS).prefetch_related(devices)
    keys = [config.pk for config in configs]
    return Rows(sims, Q(config__in=keys), [Q(config=key) for key in keys], covered=True)


def question_of(configs: Sequence[ExtensionConfig], state: ListState, numbers_searched: Sequence[str]) -> Question:
    search = filters.search(configs, state.search, numbers_searched) if state.search else []
    return Question(filters.conditions(configs, state), search, state.order_by)


def surroundings(membership: Membership, configs: Sequence[ExtensionConfig]) -> Surroundings:
    organization = membership.organization
    sim_url = sim_links(organization)
    links = may(membership, CONFIGURE_DEVICES, organization)
    return Surroundings(
        configs={config.pk: config for config in configs},
        device_url=device_links(organization),
        link_url=(lambda sim: f"{sim_url(sim)}link/") if links else None,
        whole_numbers=numbers.sees_numbers(membership),
        several=frozenset(slug for slug, number in Counter(each.slug for each in configs).items() if number > 1),
    )


def _words(membership: Membership, search: str) -> dict[str, str]:
    """What is said of the search, in which not everybody finds subscriber numbers."""
    whole = numbers.sees_numbers(membership)
    return {
        "search_label": f"Identifier, {'ICCID, IMSI, MSISDN' if whole else 'ICCID'} or IMEI begins with",
        "no_match": _no_match(search, whole) if search else "No SIM is all of this: take a filter away to see more.",
    }


def _no_match(search: str, whole: bool) -> str:
    if harm := typed.harm(search):
        return harm
    if whole:
        return "Search looks at the beginning of identifiers and of ICCID, IMSI, MSISDN and IMEI numbers."
    return (
        "Search looks at the beginning of identifiers, ICCID and IMEI numbers. "
        "Finding SIMs by IMSI or MSISDN needs the role Analyst."
    )


def _no_sims(configs: Sequence[ExtensionConfig]) -> str:
    if any(lists_sims(config) for config in configs):
        return "A carrier's SIMs are listed here as soon as a check has proved its credentials."
    return "This carrier does not list its SIMs: each is here as soon as a device is configured for it."


def _headers(furniture: Furniture, names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        head | {"numeric": BY_NAME[name].numeric} for name, head in zip(names, furniture.headers(names), strict=True)
    ]


def _rows(sims: Sequence[Sim], shown: Sequence[Column], url: Any, around: Surroundings) -> list[dict[str, Any]]:
    columns = [BY_NAME[column.name] for column in shown]
    return [
        {
            "sim": sim,
            "url": url(sim),
            "cells": [
                {"label": each.column.label, "content": each.cell(sim, around), "css": each.css} for each in columns
            ],
        }
        for sim in sims
    ]
