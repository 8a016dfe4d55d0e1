"""Health as tile and page tell it: which of the eight, since when, last success, next attempt, why."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import registry
from extensions.core.models import ExtensionConfig, Health, Lane

REASON = "MeterCo answered with a riddle."
SHUT = (Health.THROTTLED, Health.QUOTA_SPENT, Health.UNREACHABLE)
OF_THE_SERVICE = [health for health in Health if health not in (Health.PAUSED, Health.UNREADABLE)]


def told(client, url: str) -> str:
    """The page's words, one after the other."""
    text = re.sub(r"<[^>]+>", " ", client.get(url).content.decode().split("<main")[1])
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def facts(config, later) -> dict[str, object]:
    """Each at a moment of its own, so that none passes for another."""
    later()
    now = timezone.now()
    Lane.objects.update(blocked_until=now + timedelta(minutes=7))
    return {
        "health_since": now - timedelta(hours=3),
        "last_success_at": now - timedelta(hours=5),
        "last_attempt_at": now - timedelta(minutes=9),
        "health_reason": REASON,
    }


def becomes(config: ExtensionConfig, **fields) -> None:
    if fields.get("health") not in SHUT:
        Lane.objects.update(blocked_until=None)
    ExtensionConfig.objects.filter(pk=config.pk).update(**fields)


@pytest.mark.parametrize("health", OF_THE_SERVICE)
def test_what_the_service_last_said(reader_client, config, facts, health):
    becomes(config, health=health, **facts)
    tile = told(reader_client, "/abc123/extensions/")
    assert f"{health.label} since 3 h ago" in tile
    assert "Last success 5 h ago" in tile
    assert ("Next attempt" in tile) == (health in SHUT)
    page = told(reader_client, f"/abc123/extensions/{config.pk}/")
    assert f"Health {health.label}" in page
    for words in (r"Since [^(]+\( 3 h ago \)", r"Last success \d", r"Last attempt \d"):
        assert re.search(words, page), words
    assert ("Next attempt" in page) == (health in SHUT)
    # What is well needs no reason.
    assert (REASON in tile, REASON in page) == (health != Health.CONNECTED,) * 2


def test_paused_hides_what_the_service_last_said(reader_client, config, facts):
    becomes(config, health=Health.UNREACHABLE, paused_at=timezone.now() - timedelta(days=2), **facts)
    assert "Paused since 2 days ago" in told(reader_client, "/abc123/extensions/")


def test_the_next_attempt_is_a_time_of_day_with_seconds(reader_client, config, facts):
    becomes(config, health=Health.THROTTLED, **facts)
    at = timezone.localtime(timezone.now() + timedelta(minutes=7))
    for url in ("/abc123/extensions/", f"/abc123/extensions/{config.pk}/"):
        assert re.search(rf"Next attempt [^:]*{at:%H:%M:%S}", told(reader_client, url))


def test_before_any_call_it_says_so(reader_client, config):
    never = {"health": Health.NOT_CHECKED, "last_success_at": None, "last_attempt_at": None, "proved_at": None}
    becomes(config, **never)
    assert "Last success never" in told(reader_client, "/abc123/extensions/")
    page = told(reader_client, f"/abc123/extensions/{config.pk}/")
    assert "Last success never" in page
    assert "Proved Nothing yet" in page


def test_the_catalogue_is_grouped_by_category(owner_client, carrier, monkeypatch):
    weather = replace(carrier, slug="weather", device_key="weather", name="Weather", category="Forecasts")
    second = replace(carrier, slug="zeta", device_key="zeta", name="Zeta")
    for manifest in (weather, second):
        monkeypatch.setitem(registry._manifests, manifest.slug, manifest)
    page = told(owner_client, "/abc123/extensions/add/")
    order = [page.index(name) for name in ("Forecasts", "Weather A", carrier.category, "MeterCo A", "Zeta A")]
    assert order == sorted(order)
    assert page.count(carrier.category) == 1
