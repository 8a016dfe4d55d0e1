"""What the pages show of synchronisation, and what people ask of it there."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes, registry
from extensions.core.contract import BadResponse
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations
from extensions.sims import services
from extensions.sims.contract import Part, SimRecord
from extensions.sims.models import Sim, Synchronisation
from extensions.sims.sync import states
from iotdash.audit.models import ActivityEntry
from tests.extensions import meterco
from tests.sims.fleet_carrier import FleetCarrier

pytestmark = pytest.mark.slow

PANEL = "/abc123/devices/pump/p1/extensions/meterco/"


@pytest.fixture
def provider(monkeypatch):
    carrier = FleetCarrier(page_size=10)
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    return carrier


@pytest.fixture
def url(config, later):
    return f"/abc123/extensions/{config.pk}/"


def run(config, times: int = 3) -> None:
    for _ in range(times):
        lanes.run(ExtensionConfig.objects.get(pk=config.pk).lane_id)


def text(response) -> str:
    card = response.content.decode().partition('id="capability-card"')[2].partition("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", card))


def test_before_the_first_inventory(operator_client, url):
    assert "The first inventory begins in a moment." in text(operator_client.get(url))


def test_while_the_first_inventory_runs(operator_client, url, provider, config):
    provider.add(*(f"{number:04}" for number in range(25)))
    errors = [BadResponse("Unreadable.", words="<oops>")]

    def fails() -> None:
        if provider.asked["inventory"] == 3:
            raise errors.pop()

    provider.before_call = fails
    run(config, 1)
    told = text(operator_client.get(url))
    assert "Not synchronised First inventory stopped after 20 SIMs; it goes on in a moment" in told
    assert "Unreadable." in told
    assert "&lt;oops&gt;" in told
    assert "every 3s" in operator_client.get(url).content.decode()


def test_once_a_check_proves_the_credentials_the_card_is_looked_at_again(operator_client, url, config):
    ExtensionConfig.objects.update(proved_at=None)
    card = operator_client.get(url).content.decode().partition('id="capability-card"')[2].partition(">")[0]
    assert 'hx-trigger="check:answered from:body"' in card


def test_after_it(operator_client, url, provider, config, later):
    provider.add(*(f"{number:04}" for number in range(25)))
    run(config)
    later(minutes=3)
    told = text(operator_client.get(url))
    assert "Last synchronised 3 min ago , 25 SIMs, next in 12 min ." in told


def test_a_list_under_way_says_how_far_it_got(operator_client, url, provider, config):
    run(config)
    states.change(states.state_of(config), running="changes", first_pass=1)
    assert "Synchronising Changes under way: 0 SIMs so far." in text(operator_client.get(url))


def test_what_is_due_is_said_to_be_next_and_looked_for_soon(operator_client, url, provider, config, later):
    run(config)
    assert "every 30s" in operator_client.get(url).content.decode()
    later(minutes=20)
    assert "next as soon as its turn comes." in text(operator_client.get(url))
    assert "every 3s" in operator_client.get(url).content.decode()


def test_stale_and_missing_sims_are_counted(operator_client, url, provider, config):
    provider.add(*(f"{number:04}" for number in range(5)))
    run(config)
    Sim.objects.filter(subject="0001").update(fetched_at=timezone.now() - timedelta(hours=73))
    Sim.objects.filter(subject__in=("0002", "0003")).update(missing_since=timezone.now())
    page = operator_client.get(url)
    told = text(page)
    assert f"sims/?config={config.pk}&amp;age=stale" in page.content.decode()
    assert re.search(r"SIMs of the account 3 .* Stale 1 .* Unknown to the carrier 2 ", told)


def test_an_inventory_that_may_lack_sims_says_so(operator_client, url, provider, config):
    run(config)
    Synchronisation.objects.update(complete=False)
    assert "no SIM is taken for gone" in text(operator_client.get(url))


def test_paused_it_says_that_nothing_happens_and_offers_nothing(operator_client, url, provider, config, source):
    run(config)
    configurations.pause(config, source)
    told = text(operator_client.get(url))
    assert "Not synchronised Nothing is synchronised since" in told
    assert "Synchronise now" not in told


def test_a_carrier_that_lists_no_sims_has_no_card(operator_client, url, provider, monkeypatch):
    monkeypatch.setattr(FleetCarrier, "supports", meterco.Scripted.supports)
    assert "capability-card" not in operator_client.get(url).content.decode()


def test_the_card_alone_is_given_to_htmx(operator_client, url, provider):
    headers = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "capability-card"}
    body = operator_client.get(url, **headers).content.decode()
    assert body.strip().startswith("<section")
    assert "Health" not in body


@pytest.mark.parametrize(("action", "kind"), [("synchronise", "changes"), ("inventory", "inventory")])
def test_an_operator_asks_for_it_now(operator_client, url, provider, config, later, action, kind):
    provider.add("0001")
    run(config)
    later(minutes=1)
    calls = provider.asked["inventory"]
    page = operator_client.post(f"{url}actions/{action}/", follow=True)
    assert "begins now" in page.content.decode()
    before = Synchronisation.objects.get().inventory_at
    run(config)
    assert provider.asked["inventory"] == calls + 1
    assert (Synchronisation.objects.get().inventory_at > before) is (kind == "inventory")
    assert ActivityEntry.objects.filter(action=f"{action} asked", actor="operator@example.com").exists()


def test_an_inventory_that_runs_is_not_asked_for_again(operator_client, url, provider, config, later):
    Synchronisation.objects.create(
        config=config, running="inventory", settings_digest="", inventory_wanted=False, next_at=timezone.now()
    )
    state = states.state_of(config)
    states.change(state, running="inventory", inventory_wanted=False)
    page = operator_client.post(f"{url}actions/inventory/", follow=True)
    assert "is under way already" in page.content.decode()
    assert not Synchronisation.objects.get().inventory_wanted


def test_a_paused_configuration_refuses_in_a_sentence(operator_client, url, provider, config, source):
    configurations.pause(config, source)
    assert "is paused by" in operator_client.post(f"{url}actions/synchronise/", follow=True).content.decode()


@pytest.mark.parametrize("action", ["remove-everything", "check"])
def test_there_are_no_other_actions(operator_client, url, action):
    assert operator_client.post(f"{url}actions/{action}/").status_code == 404


def test_readers_see_it_and_are_offered_nothing(reader_client, url, provider, config):
    assert "Synchronise now" not in text(reader_client.get(url))
    assert reader_client.post(f"{url}actions/synchronise/").status_code == 403


# --- The drilldown ------------------------------------------------------------------------------------------------


def panel(client) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", client.get(PANEL).content.decode()))


def test_the_panel_shows_the_age_of_each_part(reader_client, provider, target, config, later):
    now = timezone.now()
    services.store_record(config, SimRecord("0001", state="Activated", ctd_sms=3), now - timedelta(hours=5))
    listed = SimRecord("0001", state="Retired", parts=frozenset({Part.STATE}))
    services.store_record(config, listed, now - timedelta(minutes=4))
    told = panel(reader_client)
    assert "Data fetched 4 min ago , usage 5 h ago" in told


def test_the_panel_marks_a_stale_sim(reader_client, provider, target, config, later):
    services.store_record(config, SimRecord("0001", state="Activated"), timezone.now() - timedelta(hours=73))
    assert "Stale" in panel(reader_client)
    devices = reader_client.get("/abc123/devices/?sim=stale").content.decode()
    assert ">p1<" in devices
    assert re.search(r"Activated.*badge[^>]*>.*Stale", devices[devices.index(">p1<") :], re.DOTALL)
    services.store_record(config, SimRecord("0001", state="Activated"), timezone.now())
    assert "Stale" not in panel(reader_client)
    assert ">p1<" not in reader_client.get("/abc123/devices/?sim=stale").content.decode()
