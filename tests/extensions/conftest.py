"""A made-up carrier, its configuration, a device with one of its SIMs; lanes that neither wait nor send messages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes, registry, tasks
from extensions.core.models import ConnectionCheck, Operation
from extensions.core.services import configurations, connection_checks, device_configuration
from extensions.core.targets import of_device
from tests.cast import DeviceFactory, DeviceTypeFactory
from tests.extensions import meterco
from tests.extensions.inbound_world import hook_path, receiving, service, tasks_sent  # noqa: F401
from tests.extensions.rest_world import api, settles  # noqa: F401


@pytest.fixture
def provider(monkeypatch):
    scripted = meterco.Scripted()
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(scripted))
    return scripted


@pytest.fixture
def carrier(provider):
    return registry.manifest("meterco")


@pytest.fixture(autouse=True)
def messages(monkeypatch):
    """Lane messages that were sent, as (lane id, countdown); nothing goes to a broker."""
    sent = []
    monkeypatch.setattr(tasks.run_lane, "apply_async", lambda args, countdown=None: sent.append((args[0], countdown)))
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: None)
    return sent


@pytest.fixture
def config(organization, carrier, source):
    """A configuration that a check has proved."""
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    lanes.run(check.lane_id)
    assert ConnectionCheck.objects.get(pk=check.pk).state == "proved"
    return configurations.add(organization, carrier, "Main account", meterco.SETTINGS, source)


@pytest.fixture
def device(organization):
    kind = DeviceTypeFactory(organization=organization, type_id="pump")
    return DeviceFactory(organization=organization, device_type=kind, device_id="p1")


@pytest.fixture
def target(config, device, source):
    device_configuration.confirm(device, '{"meterco": {"chip": "0001"}}', 0, source, refresh=False)
    return of_device(device)[0]


@pytest.fixture
def later(time_machine):
    """`later(minutes=5)` moves the clock; the clock stands still otherwise."""
    time_machine.move_to(timezone.now(), tick=False)
    return lambda **span: time_machine.move_to(timezone.now() + timedelta(**span), tick=False)


@pytest.fixture
def work(config):
    """Runs the lane of the configuration once and gives the newest operation back."""

    def run() -> Operation:
        config.refresh_from_db()
        lanes.run(config.lane_id)
        return Operation.objects.order_by("-pk").first()

    return run
