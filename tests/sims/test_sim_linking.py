"""Linking a SIM to a device: its configuration is written by the service that the editor uses."""

import re

import pytest

from extensions.core.models import DeviceConfiguration, Operation
from extensions.core.services import device_configuration
from extensions.sims import linking
from extensions.sims.models import Sim
from iotdash.audit.models import ActivityEntry
from tests.cast import DeviceFactory
from tests.sims.sim_rows import add_account


@pytest.fixture
def sim(config) -> Sim:
    return Sim.objects.create(config=config, organization=config.organization, subject="0007")


@pytest.fixture
def url(sim) -> str:
    return f"/abc123/sims/{sim.pk}/link/"


def offered(client, url: str, query: str = "") -> list[tuple[str, str]]:
    """(device, button) of the page."""
    page = client.get(f"{url}{query}").content.decode()
    buttons = re.findall(r'name="device" value="([^"]+)".*?<button[^>]*>(\w+)', page, re.DOTALL)
    return [(device, words) for device, words in buttons]


def choose(client, url: str, version: int = 0, device: str = "p1"):
    return client.post(url, {"device_type": "pump", "device": device, "version": version})


def document(device) -> dict:
    return DeviceConfiguration.objects.get(device=device).document


def test_the_chosen_device_gets_the_sim(url, sim, device, developer_client):
    answer = choose(developer_client, url)
    assert (answer.status_code, answer["Location"]) == (302, f"/abc123/sims/{sim.pk}/")
    assert document(device) == {"meterco": {"chip": "0007"}}
    assert "SIM 0007 is in device p1 now." in developer_client.get(answer["Location"]).content.decode()
    sim.refresh_from_db()
    assert sim.device == device
    entry = ActivityEntry.objects.get(action="device configuration changed")
    assert entry.details["after"] == {"meterco": {"chip": "0007"}}
    assert Operation.objects.filter(operation_id="terminal", subject="0007", device=device).exists()


def test_devices_without_configuration_are_offered_first_and_others_are_searched_for(
    url, device, organization, source, config, developer_client
):
    other = DeviceFactory(organization=organization, device_type=device.device_type, device_id="p2")
    device_configuration.confirm(other, '{"meterco": {"chip": "0002"}}', 0, source, refresh=False)
    assert offered(developer_client, url) == [("p1", "Link")]
    assert offered(developer_client, url, "?q=p") == [("p1", "Link"), ("p2", "Replace")]
    assert offered(developer_client, url, "?q=0002") == [("p2", "Replace")]
    assert offered(developer_client, url, "?q=zzz") == []


def test_the_other_parts_of_the_configuration_stay(url, device, source, organization, developer_client, sim):
    stored = {"gone": {"a": 1}, "meterco": {"chip": "0002", "configuration": "Old"}}
    DeviceConfiguration.objects.create(device=device, document=stored, changed_by="somebody@example.com")
    choose(developer_client, url, version=1)
    assert document(device) == {"gone": {"a": 1}, "meterco": {"chip": "0007"}}


def test_the_former_sim_of_the_device_is_free_again(target, url, sim, device, developer_client):
    choose(developer_client, url, version=1)
    assert not Sim.objects.filter(subject="0001", device=device).exists()
    assert Sim.objects.get(device=device) == sim
    page = developer_client.get(f"/abc123/sims/{sim.pk}/").content.decode()
    assert "SIM 0007 is in device p1 now, in place of 0001." in page


def test_a_sim_of_another_account_names_it_where_that_is_needed(config, carrier, source, device, developer_client):
    second = add_account(config, carrier, source)
    sim = Sim.objects.create(config=second, organization=second.organization, subject="0008")
    url = f"/abc123/sims/{sim.pk}/link/"
    choose(developer_client, url)
    assert document(device) == {"meterco": {"chip": "0008", "configuration": "Second account"}}
    sim.refresh_from_db()
    assert sim.device == device


def test_the_account_whose_inventory_has_it_need_not_be_named(config, carrier, source, device, developer_client):
    second = add_account(config, carrier, source)
    sim = Sim.objects.create(config=second, organization=second.organization, subject="0008", listed_in=1)
    choose(developer_client, f"/abc123/sims/{sim.pk}/link/")
    assert document(device) == {"meterco": {"chip": "0008"}}


def test_a_sim_that_another_inventory_has_is_not_linked_here(config, carrier, source, url, device, developer_client):
    second = add_account(config, carrier, source)
    Sim.objects.create(config=second, organization=second.organization, subject="0007", listed_in=1)
    answer = choose(developer_client, url)
    assert answer.status_code == 422
    assert "The inventory of &quot;Second account&quot; has SIM 0007" in answer.content.decode()
    assert not DeviceConfiguration.objects.exists()


def test_what_the_editor_refuses_is_refused_in_its_words(config, device, developer_client):
    sim = Sim.objects.create(config=config, organization=config.organization, subject="not-a-chip")
    answer = choose(developer_client, f"/abc123/sims/{sim.pk}/link/")
    assert answer.status_code == 422
    assert "Not linked" in answer.content.decode()
    assert not DeviceConfiguration.objects.exists()


def test_a_sim_that_a_device_has_is_not_given_to_another(target, organization, device, developer_client):
    sim = Sim.objects.get(device=device)
    DeviceFactory(organization=organization, device_type=device.device_type, device_id="p2")
    url = f"/abc123/sims/{sim.pk}/link/"
    assert "It is in device p1" in developer_client.get(url).content.decode()
    answer = choose(developer_client, url, device="p2")
    assert answer.status_code == 422
    assert "Device p1 of type pump already has this chip." in answer.content.decode()


def test_a_configuration_that_changed_meanwhile_is_not_overwritten(url, device, source, developer_client):
    device_configuration.confirm(device, '{"meterco": {"chip": "0002"}}', 0, source, refresh=False)
    answer = choose(developer_client, url, version=0)
    assert answer.status_code == 409
    assert "confirmed another configuration of device p1 meanwhile" in answer.content.decode()
    assert document(device) == {"meterco": {"chip": "0002"}}


def test_a_version_that_never_was_is_refused(url, device, developer_client):
    answer = choose(developer_client, url, version=7)
    assert answer.status_code == 409
    assert "Somebody confirmed another configuration" in answer.content.decode()
    assert not DeviceConfiguration.objects.exists()


def test_a_refused_choice_offers_again_what_was_searched_for(url, device, source, developer_client):
    device_configuration.confirm(device, '{"meterco": {"chip": "0002"}}', 0, source, refresh=False)
    page = developer_client.get(f"{url}?q=p1").content.decode()
    action = re.search(rf'method="post" action="({url}[^"]*)"', page).group(1)
    assert '<button class="btn btn-sm" type="submit">Replace' in choose(developer_client, action).content.decode()


@pytest.mark.parametrize("sent", [{}, {"device": "p1", "version": "0"}, {"device_type": "pump", "device": "p1"}])
def test_a_form_that_is_not_whole_is_refused(url, device, developer_client, sent):
    answer = developer_client.post(url, sent)
    assert answer.status_code == 422
    assert "Choose one of the devices." in answer.content.decode()


def test_devices_of_others_are_not_there(url, device, other_organization, developer_client):
    DeviceFactory(organization=other_organization, device_id="foreign")
    assert offered(developer_client, url, "?q=foreign") == []
    assert choose(developer_client, url, device="foreign").status_code == 404


def test_it_needs_a_developer(url, device, analyst_client, developer_client, sim):
    assert (analyst_client.get(url).status_code, choose(analyst_client, url).status_code) == (403, 403)
    for client, may_link in ((analyst_client, False), (developer_client, True)):
        assert (url in client.get(f"/abc123/sims/{sim.pk}/").content.decode()) == may_link


def test_only_the_first_devices_are_offered(url, organization, developer_client, monkeypatch):
    monkeypatch.setattr(linking, "SHOWN", 2)
    for number in range(3):
        DeviceFactory(organization=organization, device_id=f"d{number}")
    assert [device for device, _ in offered(developer_client, url)] == ["d0", "d1"]
    assert "These are the first 2" in developer_client.get(url).content.decode()


def test_in_a_dialog_forms_stay_in_it(url, device, developer_client):
    part = developer_client.get(url, headers={"HX-Request": "true", "HX-Target": "dialog-body"}).content.decode()
    assert "<html" not in part
    assert part.count('hx-target="#dialog-body"') == 2
