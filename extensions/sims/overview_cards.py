"""The SIMs on an organization's overview: by state and carrier, what their plans use, and who uses most."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from devices.addresses import device_links
from extensions.core import queries, registry
from extensions.core.models import ExtensionConfig
from extensions.sims import tallies
from extensions.sims.addresses import list_url, sim_links
from extensions.sims.inventory.filters import UNKNOWN
from extensions.sims.models import Sim
from extensions.sims.tallies import Group, Tally
from iotdash.lib.cards import Card, CardContent
from iotdash.organizations.models import Organization

SHOWN_PLANS = 8


def render(request: HttpRequest, organization: Organization, membership: Any) -> CardContent | None:
    """None for an organization without SIMs."""
    configs = {each.pk: each for each in queries.configurations(organization) if _has_sims(each)}
    tally = tallies.of(organization, list(configs.values())) if configs else None
    if tally is None or not tally.sims:
        return None
    plans = _plans(organization, tally.groups, configs)
    context = {
        "tally": tally,
        "list_url": list_url(organization),
        **_states(organization, tally.groups, configs),
        "plans": plans[:SHOWN_PLANS],
        "more_plans": len(plans) - SHOWN_PLANS,
        "several": len(configs) > 1,
        "consumers": _consumers(organization, tally, configs),
    }
    return CardContent("sims/overview_cards.html", context)


def _has_sims(config: ExtensionConfig) -> bool:
    return registry.manifest(config.slug).capability == "sims"


def _states(
    organization: Organization, groups: Iterable[Group], configs: Mapping[int, ExtensionConfig]
) -> dict[str, Any]:
    """A row for each state, the commonest first; a column for each carrier."""
    counted: Counter[tuple[str | None, str]] = Counter()
    for group in groups:
        counted[group.state, configs[group.config_id].slug] += group.sims
    slugs = sorted({slug for _, slug in counted})
    of_state: Counter[str | None] = Counter()
    for (state, _), number in counted.items():
        of_state[state] += number
    states = sorted(of_state, key=lambda state: (state is None, -of_state[state], state))
    rows = [
        {"state": state, "cells": [_cell(organization, counted, state, slug) for slug in slugs]} for state in states
    ]
    return {"carriers": [_carrier(organization, counted, slug) for slug in slugs], "states": rows}


def _cell(organization: Organization, counted: Counter, state: str | None, slug: str) -> dict[str, Any]:
    url = list_url(organization, carrier=slug, state=state or UNKNOWN)
    return {"number": counted[state, slug], "url": url, "carrier": registry.manifest(slug).name}


def _carrier(organization: Organization, counted: Counter, slug: str) -> dict[str, Any]:
    number = sum(each for (_, carrier), each in counted.items() if carrier == slug)
    return {"name": registry.manifest(slug).name, "number": number, "url": list_url(organization, carrier=slug)}


def _plans(
    organization: Organization, groups: Iterable[Group], configs: Mapping[int, ExtensionConfig]
) -> list[dict[str, Any]]:
    """Those that used most first. Plans of one name at two accounts are two plans; some carriers have none at all."""
    of_plan: dict[tuple[int, str | None], list[Group]] = {}
    for group in groups:
        if "rate_plan" in registry.manifest(configs[group.config_id].slug).provider.tells:
            of_plan.setdefault((group.config_id, group.rate_plan), []).append(group)
    rows = [_plan(organization, configs[key[0]], key[1], found) for key, found in of_plan.items()]
    return sorted(rows, key=lambda row: (-(row["data_bytes"] or 0), row["name"] or ""))


def _plan(
    organization: Organization, config: ExtensionConfig, name: str | None, groups: Sequence[Group]
) -> dict[str, Any]:
    """`by_data_url` lists the SIMs whose data the sum is of."""
    sims, known = sum(group.sims for group in groups), sum(group.known for group in groups)
    where = {"config": config.pk, "plan": name or UNKNOWN}
    return {
        "name": name,
        "config": config,
        "sims": sims,
        "known": known,
        "data_bytes": sum(group.data_bytes or 0 for group in groups) if known else None,
        "url": list_url(organization, **where),
        "by_data_url": list_url(organization, **where, usage="known", known="yes", sort="-data"),
    }


def _consumers(
    organization: Organization, tally: Tally, configs: Mapping[int, ExtensionConfig]
) -> list[dict[str, Any]]:
    """As they are now, also where they were counted a while ago."""
    sims = tallies.using(Sim.objects.filter(pk__in=tally.top)).select_related("device")
    sim_url, device_url = sim_links(organization), device_links(organization)
    return [
        {
            "sim": sim,
            "config": configs[sim.config_id],
            "url": sim_url(sim),
            "device_url": device_url(sim.device) if sim.device else "",
        }
        for sim in sims
    ]


CARD = Card("sims", order=15, render=render)
