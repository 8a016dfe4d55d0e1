"""The card of a configuration whose service sends by itself, and what can be done there."""

import pytest
from django.urls import reverse

from extensions.core import inbound, registry
from extensions.core.contract import Inbound
from extensions.core.models import InboundEvent
from tests.extensions import meterco
from tests.extensions.inbound_world import message, parse, path_of, send


@pytest.fixture
def page(service, owner_client):
    """The configuration's page, as its text."""
    url = reverse("extensions:configuration", args=["abc123", service.pk])
    return lambda: owner_client.get(url).content.decode()


def url_of(name: str, config) -> str:
    return reverse(f"extensions:{name}", args=["abc123", config.pk])


def test_it_says_what_to_paste_where(page, service):
    text = page()
    assert "Messages from the service" in text
    assert text.count(f">{inbound.address_of(service)}<") == 1
    assert "Callback address" in text
    assert "JSON, for the user fleet" in text
    assert "Nothing received yet." in text
    assert "Last refused" not in text
    assert "In the last day" not in text
    assert meterco.SETTINGS["key"] not in text


def test_it_says_what_came_and_what_was_refused(page, hook_path):
    send(hook_path, message("a", "b"))
    send(hook_path, message("c"), key="wrong")
    text = " ".join(page().split())
    assert "1 message with 2 events; 1 refused" in text
    assert "The proof is not that of the key." in text
    assert "2 events to be processed" in text
    assert "Nothing received yet." not in text


def test_what_was_counted_before_the_last_day_is_not_told(page, hook_path, later):
    send(hook_path, message("a"))
    later(hours=26)
    assert "0 messages with 0 events" in " ".join(page().split())


def test_the_address_is_shown_also_when_the_guide_is_silent_about_it(page, service, monkeypatch):
    manifest = meterco.manifest(
        meterco.Scripted(), inbound=Inbound(parse, lambda address, settings: [("Format", "JSON")])
    )
    monkeypatch.setitem(registry._manifests, "meterco", manifest)
    assert page().count(f">{inbound.address_of(service)}<") == 1


@pytest.mark.parametrize("who", ["operator", "developer", "analyst", "reader"])
def test_only_administrators_see_the_address(who, cast, client_of, service):
    text = client_of(cast[who]).get(url_of("configuration", service)).content.decode()
    assert "Main account" in text
    assert "/hooks/" not in text


def test_extensions_whose_service_sends_nothing_have_no_card(page, service, owner_client, monkeypatch):
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(meterco.Scripted()))
    assert "Messages from the service" not in page()
    assert owner_client.get(url_of("renew_address", service)).status_code == 404
    assert owner_client.post(url_of("process_again", service)).status_code == 404


def test_with_settings_with_which_it_sends_nothing_there_is_no_card(page, service, monkeypatch):
    manifest = meterco.manifest(meterco.Scripted(), inbound=Inbound(parse, lambda address, settings: ()))
    monkeypatch.setitem(registry._manifests, "meterco", manifest)
    assert "Messages from the service" not in page()


@pytest.mark.parametrize(
    ("public_url", "said"),
    [("http://127.0.0.1:8000", 1), ("http://localhost:8000", 1), ("https://iot.example.com", 0)],
)
def test_an_address_that_nobody_can_reach_is_said_to_be_one(page, settings, public_url, said):
    settings.PUBLIC_URL = public_url
    assert page().count("Only services on this machine can reach it") == said


def test_a_guide_that_fails_leaves_the_page_and_the_address(page, service, monkeypatch):
    def broken(address, settings):
        raise KeyError("key")

    manifest = meterco.manifest(meterco.Scripted(), inbound=Inbound(parse, broken))
    monkeypatch.setitem(registry._manifests, "meterco", manifest)
    text = page()
    assert "The extension MeterCo failed unexpectedly." in text
    assert inbound.address_of(service) in text


def test_a_new_address_is_asked_for_first(service, hook_path, owner_client, page):
    asked = owner_client.get(url_of("renew_address", service))
    assert "The present address is dead at once." in asked.content.decode()
    assert path_of(service) == hook_path
    done = owner_client.post(url_of("renew_address", service))
    assert (done.status_code, done["Location"]) == (302, f"/abc123/extensions/{service.pk}/#inbound")
    assert hook_path not in page()
    assert path_of(service) in page()


def test_what_could_not_be_processed_is_listed_and_can_be_processed_again(service, owner_client, page, tasks_sent):
    for number in range(7):
        InboundEvent.objects.create(
            config=service, key=f"poison {number}", payload={}, state="given up", due_at=None, problem="ValueError"
        )
    text = page()
    assert "7 events could not be processed." in text
    assert [number for number in range(7) if f"poison {number}: ValueError" in text] == [2, 3, 4, 5, 6]
    answer = owner_client.post(url_of("process_again", service), follow=True)
    assert "7 events will be processed again." in answer.content.decode()
    assert "could not be processed" not in page()


def test_another_organization_has_nothing_of_it(service, other_owner_client):
    for name in ("renew_address", "process_again"):
        assert other_owner_client.post(url_of(name, service)).status_code == 404
