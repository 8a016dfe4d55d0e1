from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.urls import path

from iotdash.lib import cards, nav

urlpatterns = [
    path("<slug:org>/", HttpResponse, name="home"),
    path("<slug:org>/devices/", HttpResponse, name="devices"),
    path("<slug:org>/devices/types/", HttpResponse, name="types"),
    path("<slug:org>/device-tags/", HttpResponse, name="tags"),
    path("<slug:org>/settings/", HttpResponse, name="settings"),
]
pytestmark = pytest.mark.urls(__name__)

HOME = nav.NavEntry("Overview", "home", "home", 1)
DEVICES = nav.NavEntry("Devices", "cpu", "devices", 2, also=("tags",))
TYPES = nav.NavEntry("Device types", "box", "types", 3)
SETTINGS = nav.NavEntry("Settings", "gear", "settings", 9, least_role="administrator")


@pytest.fixture(autouse=True)
def empty_registries(monkeypatch):
    monkeypatch.setattr(nav, "_entries", {})
    monkeypatch.setattr(cards, "_cards", {})


def links(at, allows=lambda role: True):
    return nav.entries(nav.NavContext("abc123", at, allows))


def test_entries_are_sorted_and_lead_into_the_organization():
    for entry in (SETTINGS, DEVICES, HOME):
        nav.register(entry)
    assert [(link.label, link.url) for link in links("/x/")] == [
        ("Overview", "/abc123/"),
        ("Devices", "/abc123/devices/"),
        ("Settings", "/abc123/settings/"),
    ]


def test_an_entry_above_the_members_role_is_not_shown():
    nav.register(HOME)
    nav.register(SETTINGS)
    assert [link.label for link in links("/", allows=lambda role: role != "administrator")] == ["Overview"]


@pytest.mark.parametrize(
    ("at", "active"),
    [
        ("/abc123/", ["Overview"]),
        ("/abc123/devices/", ["Devices"]),
        ("/abc123/devices/meter/1/", ["Devices"]),
        ("/abc123/device-tags/5/edit/", ["Devices"]),
        ("/abc123/devices/types/x/", ["Device types"]),
        ("/other1/devices/", []),
    ],
)
def test_the_entry_nearest_to_the_path_is_active(at, active):
    for entry in (HOME, DEVICES, TYPES):
        nav.register(entry)
    assert [link.label for link in links(at) if link.active] == active


def test_registering_again_replaces():
    nav.register(HOME)
    nav.register(nav.NavEntry("Start", "home", "home", 1))
    assert [link.label for link in links("/")] == ["Start"]


def test_cards_are_rendered_in_order_for_whom_they_concern():
    seen = []

    def devices(request, organization, membership):
        seen.append((request, organization.name, membership.role))
        return cards.CardContent("devices/_card.html", {"count": 3})

    cards.register(cards.Card("extensions", 2, lambda *_: cards.CardContent("extensions/_card.html", {})))
    cards.register(cards.Card("devices", 1, devices))
    cards.register(cards.Card("members", 0, lambda *_: None))
    shown = cards.cards("request", SimpleNamespace(name="Acme"), SimpleNamespace(role="reader"))
    assert [content.template for content in shown] == ["devices/_card.html", "extensions/_card.html"]
    assert shown[0].context == {"count": 3}
    assert seen == [("request", "Acme", "reader")]
