"""Workers and web processes at the same time, on a real database: what one statement at a time cannot show."""

import threading
from collections import Counter

import pytest
from django.db import connection

from devices.models import Device
from extensions.core import lanes, registry
from extensions.core.models import ExtensionConfig, Operation
from extensions.core.services import configurations, device_configuration, operations
from extensions.core.targets import of_device
from tests.cast import DeviceFactory, DeviceTypeFactory
from tests.extensions import meterco
from tests.extensions.hostile_carrier import HostileCarrier

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 6


def at_once(*tasks) -> list:
    """What each gave or raised. A barrier lets them go together."""
    start, outcomes = threading.Barrier(len(tasks)), []

    def run(task) -> None:
        start.wait()
        try:
            outcomes.append(task())
        except Exception as error:  # noqa: BLE001 - handed to the test
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def busy(organization, source, monkeypatch):
    """A carrier, its configuration, and as many configured devices as there are texts to send."""
    carrier = HostileCarrier()
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    config = configurations.add(organization, registry.manifest("meterco"), "Main", meterco.SETTINGS, source)
    kind = DeviceTypeFactory(organization=organization)
    for number in range(TIMES):
        device = DeviceFactory(organization=organization, device_type=kind)
        chip = f'{{"meterco": {{"chip": "{number:04}"}}}}'
        device_configuration.confirm(device, chip, 0, source, refresh=False)
        target = of_device(device)[0]
        spec = registry.operation(target.manifest, "sms")
        operations.ask(target, spec, {"message": f"text {number}"}, source)
    return carrier, config


def test_many_runners_of_one_lane_send_each_message_once(busy):
    carrier, config = busy
    assert at_once(*[lambda: lanes.run(config.lane_id)] * TIMES) == [None] * TIMES
    while Operation.objects.filter(state="queued").exists():
        lanes.run(config.lane_id)
    assert carrier.performed == Counter({f"text {number}": 1 for number in range(TIMES)})


def test_what_is_removed_while_it_is_worked_on_ends(busy, source):
    carrier, config = busy
    stale = [ExtensionConfig.objects.get() for _ in range(2)]
    outcomes = at_once(
        lambda: lanes.run(config.lane_id),
        *[lambda each=each: configurations.remove(each, source) for each in stale],
        operations.settle_removed,
    )
    assert outcomes == [None] * 4
    operations.settle_removed()
    assert not Operation.objects.filter(settled_at=None).exists()
    sent = {each.parameters["message"] for each in Operation.objects.exclude(state="cancelled")}
    assert sent == set(carrier.performed)


def test_the_first_configurations_added_at_once_have_one_default(organization, source, monkeypatch):
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(HostileCarrier()))
    manifest = registry.manifest("meterco")

    def add(number: int):
        settings = meterco.SETTINGS | {"user": f"user {number}"}
        return configurations.add(organization, manifest, f"Account {number}", settings, source)

    added = at_once(*[lambda number=number: add(number) for number in range(TIMES)])
    assert all(isinstance(each, ExtensionConfig) for each in added), added
    assert ExtensionConfig.objects.filter(is_default=True).count() == 1


def test_the_same_account_added_at_once_is_there_once(organization, source, monkeypatch):
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(HostileCarrier()))
    manifest = registry.manifest("meterco")
    add = [lambda: configurations.add(organization, manifest, "Main", meterco.SETTINGS, source)] * TIMES
    kinds = Counter(type(each) for each in at_once(*add))
    assert kinds == {ExtensionConfig: 1, configurations.ConfigurationRefused: TIMES - 1}


def test_one_of_two_writes_of_a_kind_wins(busy, source):
    target = of_device(Device.objects.first())[0]
    spec = registry.operation(target.manifest, "status")
    ask = [lambda: operations.ask(target, spec, {"status": "Activated"}, source)] * TIMES
    kinds = Counter(type(each) for each in at_once(*ask))
    assert kinds == {Operation: 1, operations.Unsettled: TIMES - 1}


def test_credentials_replaced_and_paused_at_once_keep_both(busy, source):
    first, second = ExtensionConfig.objects.get(), ExtensionConfig.objects.get()
    outcomes = at_once(
        lambda: configurations.replace_settings(first, meterco.SETTINGS | {"key": "new"}, source),
        lambda: configurations.pause(second, source),
    )
    assert outcomes == [None, None]
    assert ExtensionConfig.objects.get().paused_at
