"""What nobody asks for any more still comes back, and devices follow the configuration that answers for them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import health, lanes, registry
from extensions.core.contract import CannotConnect, LanePolicy, PermissionDenied, Quota, Throttled
from extensions.core.models import CallCount, ConnectionCheck, ExtensionConfig
from extensions.core.services import configurations, connection_checks, device_configuration, linking, recovery
from extensions.sims.models import Sim
from iotdash.audit.models import ActivityEntry
from iotdash.audit.services import Source
from tests.extensions import meterco

pytestmark = pytest.mark.slow


def test_an_unreachable_account_is_asked_again_until_it_answers(config, provider, later):
    health.note_failure(config, CannotConnect("Nobody there."))
    recovery.ask_again()
    assert not ConnectionCheck.objects.filter(config=config).exists(), "not before a while has passed"
    later(seconds=40)
    before = ActivityEntry.objects.count()
    for _ in range(2):
        recovery.ask_again()
    assert ConnectionCheck.objects.filter(config=config).count() == 1
    assert ActivityEntry.objects.count() == before, "no person asked"
    provider.will["check"] = [CannotConnect("Nobody there.")]
    lanes.run(config.lane_id)
    config.refresh_from_db()
    assert config.health == "unreachable"
    later(minutes=10)
    recovery.ask_again()
    lanes.run(config.lane_id)
    config.refresh_from_db()
    assert (config.health, provider.calls["check"]) == ("connected", 3)


def test_a_shut_lane_is_not_asked_before_it_opens(config, later):
    health.note_failure(config, Throttled("Slow down.", retry_after=600))
    later(minutes=9)
    recovery.ask_again()
    assert not ConnectionCheck.objects.filter(config=config).exists()
    later(minutes=2)
    recovery.ask_again()
    assert ConnectionCheck.objects.filter(config=config).exists()


def test_an_account_whose_calls_are_counted_is_left_alone_for_longer(config, provider, later, monkeypatch):
    counted = LanePolicy(per_second=1000, longest_pause=3600)
    monkeypatch.setitem(registry._manifests, "meterco", replace(registry.manifest("meterco"), lane=counted))
    before = provider.calls["check"]
    provider.will["check"] = [CannotConnect("Nobody there.")] * 1000
    health.note_failure(config, CannotConnect("Nobody there."))
    for _ in range(3 * 12):
        later(minutes=5)
        recovery.ask_again()
        lanes.run(config.lane_id)
    assert 6 < provider.calls["check"] - before < 14


@pytest.mark.parametrize(("used", "checks"), [(7, 1), (8, 0), (11, 0)])
def test_no_check_eats_what_is_left_of_a_small_quota(config, provider, later, monkeypatch, used, checks):
    begins = timezone.now() - timedelta(days=1)
    month = Quota(10, begins, begins + timedelta(days=30), "10")
    monkeypatch.setattr(provider, "quota", lambda settings, sims, now: month, raising=False)
    CallCount.objects.create(lane=config.lane, begins=timezone.now(), purpose="sync", config_id=99, calls=used)
    health.note_failure(config, CannotConnect("Nobody there."))
    later(seconds=40)
    recovery.ask_again()
    assert ConnectionCheck.objects.filter(config=config).count() == checks


def test_an_account_that_works_without_a_proof_is_checked_and_joins_its_lane(
    config, carrier, other_organization, other_owner, provider
):
    somebody = Source(actor=other_owner.email, organization=other_organization.public_id)
    second = configurations.add(other_organization, carrier, "Theirs", meterco.SETTINGS, somebody)
    provider.will["check"] = [Throttled("Slow down.", retry_after=1)]
    connection_checks.ask(other_organization, carrier, meterco.SETTINGS, somebody, second)
    lanes.run(second.lane_id)
    health.note_success(second)
    second.refresh_from_db()
    assert (second.health, second.lane_id == config.lane_id) == ("connected", False)
    recovery.ask_again()
    lanes.run(second.lane_id)
    second.refresh_from_db()
    assert second.proved_at
    assert second.lane_id == config.lane_id


def test_a_check_that_is_refused_is_not_made_again_at_every_sweep(
    other_organization, other_owner, carrier, provider, later
):
    somebody = Source(actor=other_owner.email, organization=other_organization.public_id)
    refused = configurations.add(other_organization, carrier, "Theirs", meterco.SETTINGS, somebody)
    provider.will["check"] = [PermissionDenied("This user may not read."), PermissionDenied("Still not.")]
    connection_checks.ask(other_organization, carrier, meterco.SETTINGS, somebody, refused)
    asked = []
    for _ in range(70):
        lanes.run(refused.lane_id)
        asked.append(provider.calls["check"])
        later(minutes=1)
        connection_checks.forget_old()
        recovery.ask_again()
    assert (asked[50], asked[-1]) == (1, 2)


@pytest.mark.parametrize("state", ["connected", "needs attention", "not checked"])
def test_others_are_left_alone(config, later, state):
    ExtensionConfig.objects.update(health=state)
    later(hours=1)
    recovery.ask_again()
    assert not ConnectionCheck.objects.filter(config=config).exists()


@pytest.fixture
def second(organization, carrier, source, config):
    return configurations.add(organization, carrier, "Second", meterco.SETTINGS | {"user": "second"}, source)


def relink():
    for config_id in ExtensionConfig.objects.filter(links_stale=True).values_list("pk", flat=True):
        linking.relink(config_id)


def linked_to(device) -> set[str]:
    return set(Sim.objects.filter(device=device).values_list("config__name", flat=True))


def test_devices_follow_the_default(target, device, second, source):
    assert linked_to(device) == {"Main account"}
    configurations.make_default(second, source)
    relink()
    assert linked_to(device) == {"Second"}
    assert not ExtensionConfig.objects.filter(links_stale=True).exists()


def test_devices_that_name_a_configuration_stay_with_it(device, config, second, source):
    text = '{"meterco": {"chip": "0001", "configuration": "Main account"}}'
    device_configuration.confirm(device, text, 0, source)
    configurations.make_default(second, source)
    relink()
    assert linked_to(device) == {"Main account"}


def test_devices_of_a_removed_configuration_are_linked_to_what_is_left(target, device, config, second, source):
    configurations.remove(config, source)
    relink()
    assert linked_to(device) == {"Second"}


def test_an_extension_that_is_added_again_finds_its_devices(target, device, config, carrier, organization, source):
    configurations.remove(config, source)
    relink()
    assert linked_to(device) == set()
    configurations.add(organization, carrier, "Again", meterco.SETTINGS, source)
    relink()
    assert linked_to(device) == {"Again"}


def test_the_sweep_sends_a_task_for_each_mark(config, monkeypatch):
    from extensions.core import tasks

    sent = []
    monkeypatch.setattr(tasks.relink, "apply_async", lambda args, **_: sent.append(*args))
    linking.wake_stale()
    linking.relink(config.pk)
    linking.wake_stale()
    assert sent == [config.pk]


def test_a_mark_made_while_devices_are_linked_is_not_lost(target, device, config, second, source, monkeypatch):
    as_it_is = linking.link

    def meanwhile(each):
        as_it_is(each)
        monkeypatch.setattr(linking, "link", as_it_is)
        configurations.make_default(second, source)

    monkeypatch.setattr(linking, "link", meanwhile)
    ExtensionConfig.objects.filter(pk=config.pk).update(links_stale=False)
    linking.relink(second.pk)
    relink()
    assert linked_to(device) == {"Second"}


def test_devices_are_linked_by_one_task_at_a_time(target, device, second, source, monkeypatch):
    linked = []

    def counted(each):
        linked.append(each)
        linking.relink(second.pk)

    monkeypatch.setattr(linking, "link", counted)
    linking.relink(second.pk)
    assert linked == [device]
    linking.mark(second)
    linking.relink(second.pk)
    assert linked == [device, device]
