"""A carrier that counts calls by the month: few, full calls at its pace, and what was used of what is allowed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from extensions.core import registry
from extensions.core.contract import BadResponse, Quota
from extensions.core.models import CallCount, ExtensionConfig
from extensions.core.services import device_configuration
from extensions.sims.contract import Pace
from extensions.sims.models import Sim
from extensions.sims.sync import sources, timing
from tests.cast import DeviceFactory, DeviceTypeFactory
from tests.extensions import meterco
from tests.sims.fleet_carrier import FleetCarrier
from tests.sims.sync.fleets import fleet, names, rows

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
BEGINS = datetime(2026, 11, 1, tzinfo=UTC)


class Scarce(FleetCarrier):
    """Reads a page of its SIMs in one call, and answers for a quota of 40 calls."""

    pace = Pace(changes=DAY, inventories=7 * DAY, refreshes=DAY)

    def quota(self, settings, sims, now):
        return Quota(40, BEGINS, BEGINS + 30 * DAY, f"40, whatever the {sims} SIMs.")


@pytest.fixture
def provider(monkeypatch, time_machine):
    time_machine.move_to(datetime(2026, 11, 2, 9, tzinfo=UTC), tick=False)
    carrier = Scarce(by_name=True, page_size=100)
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    return carrier


@pytest.fixture
def asked_in(provider, sync, later):
    """`asked_in(hours)` are the calls of so many hours, looked for every hour as the sweep does."""

    def of(hours: int) -> Counter:
        before = Counter(provider.asked)
        for _ in range(hours):
            # Beyond the overlap of lists of changes.
            later(hours=1)
            if due_lanes():
                sync()
        return provider.asked - before

    return of


def due_lanes() -> set[int]:
    now = timezone.now()
    return sources.lists.due_lanes(now) | sources.usage.due_lanes(now)


def test_a_quiet_day_costs_a_call_for_changes_and_one_for_each_page_of_sims(provider, asked_in):
    provider.add(*names(230))
    asked_in(24)
    assert rows() == fleet(provider)
    assert asked_in(24) == {"inventory": 1, "refresh": 3}


def test_sims_that_come_one_by_one_share_calls_from_the_next_day_on(provider, config, asked_in):
    provider.add(*names(10))
    asked_in(24)
    for [name] in (names(1, first=100 + number) for number in range(5)):
        provider.add(name)
        Sim.objects.create(config=config, organization_id=config.organization_id, subject=name)
        assert asked_in(2)["refresh"] == 1
    asked_in(24)
    assert asked_in(24)["refresh"] == 1


def test_the_list_of_all_is_gone_through_once_a_week(provider, asked_in):
    provider.add(*names(5))
    asked_in(24)
    full = []
    provider.before_call = lambda: full.append(_runs_inventory())
    asked_in(24 * 12)
    assert 1 <= sum(full) <= 2


def _runs_inventory() -> bool:
    state = ExtensionConfig.objects.get().synchronisation
    return state.running == "inventory"


def test_between_its_times_no_lane_is_due(provider, asked_in):
    provider.add(*names(5))
    asked_in(2)
    assert due_lanes() == set()


@pytest.mark.slow
def test_a_fleet_of_thousands_stays_far_within_what_a_month_allows(provider, asked_in):
    provider.add(*names(5000))
    asked_in(24)
    assert asked_in(24) == {"inventory": 1, "refresh": 50}


def failing(provider, what: str):
    """The carrier fails at these calls, until it is mended by calling this."""
    broken = [True]

    def fails() -> None:
        if broken and provider.asked[what] > seen:
            raise BadResponse("It is out of order.")

    seen = provider.asked[what]
    provider.before_call = fails
    return broken.clear


def test_sims_of_a_batch_that_failed_are_asked_about_again_before_the_next_day(provider, asked_in, later):
    provider.add(*names(5))
    asked_in(38)
    mend = failing(provider, "refresh")
    # Midnight.
    assert asked_in(1)["refresh"] == 1
    old = Sim.objects.values_list("fetched_at", flat=True).order_by("fetched_at").first()
    mend()
    assert asked_in(3)["refresh"] == 0
    assert asked_in(2)["refresh"] == 1
    assert not Sim.objects.filter(fetched_at__lte=old).exists()
    assert asked_in(12)["refresh"] == 0


def test_a_carrier_that_stays_out_of_order_is_asked_a_few_times_a_day(provider, asked_in):
    provider.add(*names(5))
    asked_in(38)
    failing(provider, "refresh")
    assert 4 <= asked_in(24)["refresh"] <= 7


def test_a_list_that_failed_is_asked_for_again_before_the_next_day(provider, asked_in):
    provider.add(*names(5))
    mend = failing(provider, "inventory")
    assert asked_in(9)["inventory"] == 6
    mend()
    asked_in(4)
    assert rows() == fleet(provider)


def test_a_sim_is_not_stale_before_it_should_have_been_heard_of(
    provider, config, sync, later, settings, reader_client, organization, source
):
    settings.IOTDASH_INVENTORY_HOURS = 2
    provider.add("0001")
    sync()
    kind = DeviceTypeFactory(organization=organization, type_id="pump")
    made = DeviceFactory(organization=organization, device_type=kind, device_id="d1")
    device_configuration.confirm(made, '{"meterco": {"chip": "0001"}}', 0, source)
    sync()
    pages = (
        f"/abc123/sims/?config={config.pk}&age=stale",
        "/abc123/devices/?sim=stale&columns=sim",
        "/abc123/devices/pump/d1/extensions/meterco/",
    )

    def shown() -> list[bool]:
        bodies = [reader_client.get(page).content.decode() for page in pages]
        return ["0001" in bodies[0], ">d1<" in bodies[1], "Stale" in bodies[2]]

    later(hours=20)
    assert shown() == [False, False, False]
    later(hours=53)
    assert shown() == [True, True, True]


def test_other_carriers_sims_are_stale_by_the_installations_time(provider, config, settings, monkeypatch):
    settings.IOTDASH_INVENTORY_HOURS = 2
    at_will = ExtensionConfig.objects.get(pk=config.pk)
    at_will.pk, at_will.slug, at_will.is_default = None, "quickco", False
    at_will.save()
    monkeypatch.setitem(registry._manifests, "quickco", replace(meterco.manifest(FleetCarrier()), slug="quickco"))
    old = timezone.now() - timedelta(hours=20)
    made = [
        Sim.objects.create(config=each, organization_id=each.organization_id, subject="1", fetched_at=old)
        for each in (config, at_will)
    ]
    assert [timing.is_stale(sim, sim.config) for sim in made] == [False, True]
    assert list(timing.stale(Sim.objects.all())) == [made[1]]


def test_an_installation_that_is_slower_still_is_obeyed(provider, asked_in, settings):
    settings.IOTDASH_SYNC_MINUTES = 3 * 24 * 60
    settings.IOTDASH_USAGE_MINUTES = settings.IOTDASH_USAGE_MINUTES_OTHERS = 3 * 24 * 60
    provider.add(*names(5))
    asked_in(24)
    assert sum(asked_in(24 * 3).values()) == 2


def test_first_records_of_devices_come_in_one_call(provider, organization, source, config, sync, reader_client):
    provider.add(*names(12))
    kind = DeviceTypeFactory(organization=organization, type_id="pump")
    sync()
    Sim.objects.all().delete()
    before = Counter(provider.asked)
    for name in names(12):
        made = DeviceFactory(organization=organization, device_type=kind, device_id=name)
        device_configuration.confirm(made, f'{{"meterco": {{"chip": "{name}"}}}}', 0, source)
    address = "/abc123/devices/pump/0001/extensions/meterco/"
    waiting = reader_client.get(address).content.decode()
    assert ("being fetched" in waiting, "every 2s" in waiting) == (True, True)
    sync()
    assert (provider.asked - before, provider.calls["record"]) == ({"refresh": 1}, 0)
    there = reader_client.get(address).content.decode()
    assert ("being fetched" in there, "every 2s" in there) == (False, False)


# --- The quota -------------------------------------------------------------------------------------------------------


def card(config, client) -> str:
    address = f"/abc123/extensions/{config.pk}/calls/"
    return client.get(address, headers={"hx-request": "true", "hx-target": "call-meter"}).content.decode()


def count(config, calls, begins):
    CallCount.objects.create(lane=config.lane, begins=begins, purpose="sync", config_id=config.pk, calls=calls)


def test_what_was_used_is_shown_beside_what_is_allowed(config, sync, provider, reader_client):
    provider.add(*names(3))
    sync()
    used = sum(CallCount.objects.filter(begins__gte=BEGINS).values_list("calls", flat=True))
    assert 0 < used < 10
    page = card(config, reader_client)
    assert f"{used} of 40" in page
    assert f"{40 - used} left" in page
    assert "40, whatever the 3 SIMs." in page
    assert "Most of this month" not in page


def test_most_of_it_used_is_warned_about(config, sync, reader_client):
    sync()
    config.refresh_from_db()
    count(config, 32, BEGINS)
    assert "Most of this month" in card(config, reader_client)


def test_a_carrier_that_cannot_say_its_quota_breaks_no_page(config, sync, monkeypatch, reader_client, caplog):
    sync()
    monkeypatch.setattr(Scarce, "quota", lambda self, settings, sims, now: 1 / 0)
    assert "calls" in card(config, reader_client)
    assert reader_client.get(f"/abc123/extensions/{config.pk}/").status_code == 200
    assert "its quota" in caplog.text


def test_a_carrier_that_does_not_count_has_no_such_line(config, sync, provider, monkeypatch, reader_client):
    monkeypatch.setattr(Scarce, "quota", FleetCarrier.quota)
    sync()
    page = card(config, reader_client)
    assert ("This month" in page, "Quota" in page) == (False, False)
