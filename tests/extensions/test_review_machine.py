"""Random interleavings of asking, running, killing, clocks and a hostile carrier: what must hold after each of them."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extensions.core import lanes, registry, tasks
from extensions.core.models import ExtensionConfig, Operation
from extensions.core.services import configurations, connection_checks, device_configuration, operations
from extensions.core.targets import of_device
from tests.cast import DeviceFactory, DeviceTypeFactory
from tests.extensions import meterco
from tests.extensions.hostile_carrier import BEHAVIOURS, HostileCarrier, Killed, process

SETTLES_WITHIN = timedelta(minutes=60)
# How the service behaves in the next calls, and at which statement the process is killed (None: it lives).
RUNS = st.tuples(st.lists(st.sampled_from(BEHAVIOURS), max_size=3), st.none() | st.integers(min_value=1, max_value=80))
STEPS = st.one_of(
    st.tuples(st.just("text"), st.none()),
    st.tuples(st.just("status"), st.sampled_from(["Activated", "Deactivated"])),
    st.tuples(st.just("read"), st.none()),
    st.tuples(st.just("check"), st.none()),
    st.tuples(st.just("run"), RUNS),
    st.tuples(st.just("text and run"), RUNS),
    st.tuples(st.just("later run"), RUNS),
    st.tuples(st.just("messages lost"), st.none()),
    st.tuples(st.just("sweep"), st.none()),
    st.tuples(st.just("clock"), st.sampled_from([1, 5, 16, 25, 70, 400])),
    st.tuples(st.just("mend"), st.none()),
    st.tuples(st.just("cancel"), st.none()),
    st.tuples(st.just("remove"), st.none()),
)


class Machine:
    """One made-up world. Each method is a step that a person, a worker or the sweep could take."""

    def __init__(self, organization, carrier, manifest, source, clock, messages) -> None:
        self.carrier, self.source, self.clock, self.messages = carrier, source, clock, messages
        self.config = configurations.add(organization, manifest, "Main", meterco.SETTINGS, source)
        kind = DeviceTypeFactory(organization=organization)
        device = DeviceFactory(organization=organization, device_type=kind)
        device_configuration.confirm(device, '{"meterco": {"chip": "0001"}}', 0, source, refresh=False)
        self.device, self.texts, self.settled = device, 0, {}
        carrier.meanwhile = {
            "suspended before": self.suspended,
            "suspended after": self.suspended,
            "replaced": self.mend,
            "paused": lambda: configurations.pause(self.now(), source),
        }

    def now(self) -> ExtensionConfig:
        return ExtensionConfig.objects.get(pk=self.config.pk)

    def ask(self, operation_id: str, parameters: dict) -> None:
        for target in of_device(self.device):
            spec = registry.operation(target.manifest, operation_id)
            try:
                operations.ask(target, spec, parameters, self.source)
            except (operations.NotCallable, operations.Unsettled):
                return

    def text(self, _) -> None:
        self.texts += 1
        self.ask("sms", {"message": f"text {self.texts}"})

    def status(self, state: str) -> None:
        self.ask("status", {"status": state})

    def read(self, _) -> None:
        self.ask("terminal", {})

    def check(self, _) -> None:
        config = self.now()
        if config.removed_at is None:
            manifest = registry.manifest("meterco")
            connection_checks.ask(config.organization, manifest, meterco.SETTINGS, self.source, config)

    def text_and_run(self, how: tuple[list[str], int | None]) -> None:
        self.text(None)
        self.run(how)

    def later_run(self, how: tuple[list[str], int | None]) -> None:
        self.clock_(30)
        self.run(how)

    def run(self, how: tuple[list[str], int | None]) -> None:
        self.carrier.script, statement = list(how[0]), how[1]
        waiting, self.messages[:] = list(self.messages), []
        for lane_id in [lane_id for lane_id, _ in waiting] or [self.now().lane_id]:
            try:
                with process(self.carrier, statement or 1_000_000):
                    lanes.run(lane_id)
            except Killed:
                continue

    def suspended(self) -> None:
        """The runner sleeps longer than its lease, and another one comes by."""
        self.clock_(lanes.LEASE_SECONDS + 1)
        lanes.run(self.now().lane_id)
        for row in Operation.objects.exclude(settled_at=None).values():
            self.settled.setdefault(row["id"], row)
        self.clock_(1)

    def messages_lost(self, _) -> None:
        self.messages.clear()

    def sweep(self, _) -> None:
        lanes.wake_due()
        connection_checks.forget_old()
        operations.settle_removed()

    def clock_(self, seconds: int) -> None:
        self.clock.move_to(timezone.now() + timedelta(seconds=seconds), tick=False)

    def mend(self, _=None) -> None:
        config = self.now()
        if config.removed_at is None:
            configurations.replace_settings(config, meterco.SETTINGS, self.source)
            configurations.resume(config, self.source)

    def cancel(self, _) -> None:
        for operation in Operation.objects.filter(settled_at=None):
            operations.cancel(operation, self.source)

    def remove(self, _) -> None:
        configurations.remove(self.now(), self.source)

    def take(self, name: str, argument) -> None:
        method = {"clock": "clock_"}.get(name, name.replace(" ", "_"))
        getattr(self, method)(argument)

    def settle_all(self) -> None:
        self.carrier.script = []
        self.mend()
        until = timezone.now() + SETTLES_WITHIN
        while timezone.now() < until and Operation.objects.filter(settled_at=None).exists():
            self.clock_(15)
            self.sweep(None)
            self.run(([], None))
            self.look()

    def look(self) -> None:
        """What holds at every moment."""
        for text, times in self.carrier.performed.items():
            assert not text.startswith("text") or times == 1, f"{text} was sent {times} times"
        for row in Operation.objects.exclude(settled_at=None).values():
            assert self.settled.setdefault(row["id"], row) == row, "a settled row changed"

    def judge(self) -> None:
        """What holds in the end: everything has an outcome, and the outcome is true."""
        left = Operation.objects.filter(settled_at=None)
        assert not left.exists(), [(each.operation_id, each.state, each.sentence) for each in left]
        for operation in Operation.objects.filter(operation_id="sms"):
            done = self.carrier.performed[operation.parameters["message"]]
            if operation.state == "confirmed":
                assert done == 1
            if operation.state in ("failed", "refused", "cancelled"):
                assert done == 0, f"{operation.state}, but it was performed: {operation.sentence}"


@pytest.fixture
def world(db, organization, source, monkeypatch, time_machine):
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: None)
    sent = []
    monkeypatch.setattr(tasks.run_lane, "apply_async", lambda args, countdown=None: sent.append((args[0], countdown)))
    time_machine.move_to(timezone.now(), tick=False)
    return SimpleNamespace(
        organization=organization, source=source, clock=time_machine, messages=sent, monkeypatch=monkeypatch
    )


@pytest.mark.long
@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=25))
def test_whatever_happens_nothing_is_done_twice_and_everything_ends(world, steps):
    carrier = HostileCarrier()
    manifest = meterco.manifest(carrier)
    world.monkeypatch.setitem(registry._manifests, "meterco", manifest)
    world.messages.clear()
    with transaction.atomic():
        machine = Machine(world.organization, carrier, manifest, world.source, world.clock, world.messages)
        for name, argument in steps:
            machine.take(name, argument)
            machine.look()
        machine.settle_all()
        machine.judge()
        transaction.set_rollback(True)
