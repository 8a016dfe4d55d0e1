"""A device with SIMs of two carriers: their panels stand on one page and do not get into each other's way."""

import json
import re
from dataclasses import replace

import pytest

from extensions.core import registry
from extensions.core.services import configurations, device_configuration
from tests.extensions import meterco

KEYS = ("meterco", "twin")


@pytest.fixture
def panels(target, organization, carrier, source, operator_client, monkeypatch) -> list[str]:
    twin = replace(carrier, slug="twin", device_key="twin", name="Twin")
    monkeypatch.setitem(registry._manifests, "twin", twin)
    configurations.add(organization, twin, "Twin account", meterco.SETTINGS, source)
    both = json.dumps({key: {"chip": "0001"} for key in KEYS})
    device_configuration.confirm(target.device, both, 1, source, refresh=False)
    urls = [f"/abc123/devices/pump/p1/extensions/{key}/" for key in KEYS]
    return [operator_client.get(url, headers={"hx-request": "true"}).content.decode() for url in urls]


def ids_of(panel: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', panel)


def test_no_element_id_is_in_both(panels):
    """A label would lead into the other's form, and the fresh key of a sent form, too."""
    first, second = map(ids_of, panels)
    assert len(first) == len(second) > 20
    assert set(first) & set(second) == set()
    assert len(set(first)) == len(first)


def test_labels_and_hints_are_those_of_their_panel(panels):
    for panel in panels:
        named = re.findall(r'\s(?:for|list|aria-labelledby|aria-describedby)="([^"]+)"', panel)
        assert len(named) > 8
        assert {each for names in named for each in names.split()} <= set(ids_of(panel))
