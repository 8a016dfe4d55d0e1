"""With two accounts of one carrier, a device belongs to the one whose inventory has its SIM."""

import json

import pytest

from extensions.core import lanes, queries, registry
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations, connection_checks, device_configuration, linking
from extensions.core.targets import of_device
from extensions.sims.contract import Page
from extensions.sims.models import Sim
from extensions.sims.sync import sources
from tests.cast import DeviceFactory
from tests.extensions import meterco
from tests.sims.fleet_carrier import FleetCarrier

SECOND = meterco.SETTINGS | {"user": "second"}


class TwoAccounts(FleetCarrier):
    """Each user sees the SIMs of an account of its own; `shared` are in both."""

    shared: frozenset[str] = frozenset()

    def inventory(self, context, since, cursor) -> Page:
        page = super().inventory(context, since, cursor)
        user = context.settings["user"]
        mine = [record for record in page.records if record.rate_plan == user or record.subject in self.shared]
        return Page(mine, as_of=page.as_of)


@pytest.fixture
def provider(monkeypatch):
    carrier = TwoAccounts()
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    monkeypatch.setattr(sources.usage, "next", lambda lane_id, now: None)
    carrier.add("0001", "0002", rate_plan="fleet")
    carrier.add("0003", "0004", rate_plan="second")
    return carrier


@pytest.fixture
def second(organization, carrier, source, config):
    check = connection_checks.ask(organization, carrier, SECOND, source)
    lanes.run(check.lane_id)
    return configurations.add(organization, carrier, "Second account", SECOND, source)


def configured(device, source, chip: str, **more: str):
    text = json.dumps({"meterco": {"chip": chip, **more}})
    version = device_configuration.current(device).version
    device_configuration.confirm(device, text, version, source, refresh=False)
    return device


def synchronise(*configs: ExtensionConfig) -> None:
    for config in configs:
        lanes.run(ExtensionConfig.objects.get(pk=config.pk).lane_id)
    for config in ExtensionConfig.objects.filter(links_stale=True):
        linking.relink(config.pk)


def target_of(device) -> ExtensionConfig:
    (target,) = of_device(device)
    return target.config


def test_the_account_whose_inventory_has_the_sim_answers_for_the_device(config, second, device, source):
    configured(device, source, "0003")
    assert target_of(device) == config
    synchronise(config, second)
    assert target_of(device) == second
    assert Sim.objects.get(device=device).config == second
    assert not Sim.objects.filter(config=config, subject="0003").exists()


def test_a_device_that_is_configured_later_is_found_at_once(config, second, device, source):
    synchronise(config, second)
    configured(device, source, "0004")
    assert Sim.objects.get(device=device).config == second


def test_where_both_have_it_the_named_one_answers_else_the_default(provider, config, second, device, source):
    provider.shared = frozenset({"0003"})
    synchronise(config, second)
    configured(device, source, "0003")
    assert target_of(device) == config
    configured(device, source, "0003", configuration="Second account")
    assert target_of(device) == second


def test_where_none_has_it_the_named_one_answers_else_the_default(config, second, device, source):
    synchronise(config, second)
    configured(device, source, "0009", configuration="Second account")
    assert target_of(device) == second
    configured(device, source, "0009")
    assert target_of(device) == config


def test_counts_of_devices_follow_the_inventory(config, second, device, source, organization):
    synchronise(config, second)
    other = configured(DeviceFactory(organization=organization), source, "0001")
    unlisted = configured(DeviceFactory(organization=organization), source, "0009")
    configured(device, source, "0003")
    assert set(queries.linked_devices(config)) == {other.pk, unlisted.pk}
    assert list(queries.linked_devices(second)) == [device.pk]
    assert list(queries.devices_of_default(config)) == [unlisted]
    # They are counted on the overview: reading ten thousand devices for it took as long as the rest of the page.
    assert "devices_device" not in str(queries.linked_devices(config).query)


def test_a_sim_that_moved_to_the_other_account_takes_its_device_along(provider, config, second, device, source, later):
    synchronise(config, second)
    configured(device, source, "0001")
    later(days=2)
    provider.change("0001", rate_plan="second")
    synchronise(config, second)
    assert Sim.objects.get(device=device).config == second
    gone = Sim.objects.get(config=config, subject="0001")
    assert gone.missing_since


def test_with_one_account_nothing_is_looked_up(config, device, source, django_assert_num_queries):
    configured(device, source, "0001")
    with django_assert_num_queries(2):
        of_device(device)
