"""Random interleavings of a changing fleet, a failing carrier, clocks, and processes that are killed at any statement.

Whatever happened before, once the carrier answers and the clock goes on, every SIM of the account has its row and
nothing else is taken to be there.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as project
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from extensions.core import lanes, registry, tasks
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations, connection_checks
from extensions.sims.models import Sim, Synchronisation, UsageDay
from extensions.sims.sync import sources
from tests.extensions import meterco
from tests.extensions.hostile_carrier import ERRORS, ERRORS_AFTER, Killed, process
from tests.sims.fleet_carrier import FleetCarrier

FAILING = [name for name in (*ERRORS, *ERRORS_AFTER) if not name.startswith("killed")]
# How the carrier fails in the next calls, and at which statement the process is killed (None: it lives).
RUNS = st.tuples(st.lists(st.sampled_from(["fine", *FAILING]), max_size=3), st.none() | st.integers(1, 60))
NUMBERS = st.integers(0, 24)
# A SIM about which the carrier refuses to answer waits for its next turn.
REFUSED = [("run", (["fine", "refused", "garbage"], None))]
STEPS = st.one_of(
    st.tuples(st.just("run"), RUNS),
    st.tuples(st.just("run"), RUNS),
    st.tuples(st.just("change"), NUMBERS),
    st.tuples(st.just("add"), NUMBERS),
    st.tuples(st.just("gone"), NUMBERS),
    st.tuples(st.just("moving"), st.sets(NUMBERS, max_size=3)),
    st.tuples(st.just("clock"), st.sampled_from([1, 25, 70, 400, 1000, 90_000])),
    st.tuples(st.just("mend"), st.none()),
    st.tuples(st.just("pause"), st.none()),
)


class Machine:
    """One made-up world. Each method is a step that the world, a worker or a person could take."""

    def __init__(self, world: SimpleNamespace, *, by_name: bool) -> None:
        self.world = world
        self.carrier = FleetCarrier(by_name=by_name, page_size=5, ahead=timedelta(minutes=-7))
        self.carrier.before_call = self.called
        self.carrier.killed = False
        self.script, self.moves = [], []
        manifest = meterco.manifest(self.carrier)
        world.monkeypatch.setitem(registry._manifests, "meterco", manifest)
        self.carrier.add(*(f"{number:04}" for number in range(18)))
        self.config = configurations.add(world.organization, manifest, "Main", meterco.SETTINGS, world.source)
        self.mend()

    def now(self) -> ExtensionConfig:
        return ExtensionConfig.objects.get(pk=self.config.pk)

    def called(self) -> None:
        if self.moves:
            self.change(self.moves.pop())
        behaviour = self.script.pop(0) if self.script else "fine"
        if behaviour in FAILING:
            raise (ERRORS | ERRORS_AFTER)[behaviour]()

    def run(self, how: tuple[list[str], int | None]) -> None:
        self.script, statement = list(how[0]), how[1]
        try:
            with process(self.carrier, statement or 1_000_000):
                lanes.run(self.now().lane_id)
        except Killed:
            pass

    def change(self, number: int) -> None:
        subject = f"{number:04}"
        if subject in self.carrier.fleet:
            state = "Retired" if self.carrier.fleet[subject].record.state == "Activated" else "Activated"
            self.carrier.change(subject, state=state)

    def add(self, number: int) -> None:
        if f"{number:04}" not in self.carrier.fleet:
            self.carrier.add(f"{number:04}")

    def gone(self, number: int) -> None:
        self.carrier.fleet.pop(f"{number:04}", None)

    def moving(self, numbers: set[int]) -> None:
        """These change while the next calls are made."""
        self.moves = sorted(numbers)

    def clock(self, seconds: int) -> None:
        self.world.clock.move_to(timezone.now() + timedelta(seconds=seconds), tick=False)

    def mend(self, _=None) -> None:
        """Credentials are entered anew and proved, and a pause ends."""
        config, manifest = self.now(), registry.manifest("meterco")
        configurations.resume(config, self.world.source)
        config.refresh_from_db()
        connection_checks.ask(self.world.organization, manifest, meterco.SETTINGS, self.world.source, config)
        with_check = self.now().lane_id
        lanes.run(with_check)

    def pause(self, _) -> None:
        configurations.pause(self.now(), self.world.source)

    def look(self) -> None:
        """What holds at every moment: no row says what the carrier never said."""
        for sim in Sim.objects.exclude(fetched_at=None):
            assert sim.state in ("Activated", "Retired")
        assert UsageDay.objects.count() == UsageDay.objects.values("sim", "day").distinct().count()

    def settle(self) -> None:
        self.script, self.moves = [], []
        for _ in range(4):
            self.mend()
            for _ in range(4):
                self.clock(400)
                self.run(([], None))
        # Also those whose turn is farthest away.
        self.clock(60 * project.IOTDASH_USAGE_MINUTES_OTHERS)
        Synchronisation.objects.update(inventory_wanted=True, next_at=timezone.now())
        for _ in range(6):
            self.clock(400)
            self.run(([], None))

    def judge(self) -> None:
        known = {sim.subject: sim.state for sim in Sim.objects.filter(missing_since=None)}
        assert known == {subject: chip.record.state for subject, chip in self.carrier.fleet.items()}
        state = Synchronisation.objects.get()
        assert (state.running, state.complete, state.sentence) == ("", True, "")
        assert not Sim.objects.filter(missing_since=None, details_at=None).exists()


@pytest.fixture
def world(db, organization, source, monkeypatch, time_machine):
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: None)
    monkeypatch.setattr(tasks.run_lane, "apply_async", lambda *args, **kwargs: None)
    time_machine.move_to(timezone.now(), tick=False)
    return SimpleNamespace(organization=organization, source=source, clock=time_machine, monkeypatch=monkeypatch)


@pytest.mark.long
@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(steps=REFUSED, by_name=False)
@given(steps=st.lists(STEPS, min_size=3, max_size=15), by_name=st.booleans())
def test_whatever_happens_the_inventory_is_whole_in_the_end(world, steps, by_name):
    with transaction.atomic():
        machine = Machine(world, by_name=by_name)
        for name, argument in steps:
            getattr(machine, name)(argument)
            machine.look()
        machine.settle()
        machine.judge()
        transaction.set_rollback(True)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by_name", [False, True], ids=["pages", "names"])
def test_a_process_that_is_killed_at_any_statement_loses_at_most_one_call(world, by_name):
    """Each statement of the first inventory in turn, with real transactions."""
    world.monkeypatch.setattr(sources.usage, "next", lambda lane_id, now: None)
    machine, statement = Machine(world, by_name=by_name), 1
    while inventory_killed_at(machine, statement):
        machine.clock(lanes.LEASE_SECONDS + 1)
        machine.run(([], None))
        known = {sim.subject: sim.state for sim in Sim.objects.filter(missing_since=None)}
        assert known == {subject: chip.record.state for subject, chip in machine.carrier.fleet.items()}
        assert Synchronisation.objects.get().complete
        assert machine.carrier.asked["inventory"] <= (1 if by_name else 4) + 1, statement
        statement += 1
    assert statement > 30


def inventory_killed_at(machine: Machine, statement: int) -> bool:
    """False if it was through before."""
    Sim.objects.all().delete()
    Synchronisation.objects.all().delete()
    machine.carrier.asked.clear()
    try:
        with process(machine.carrier, statement):
            lanes.run(machine.now().lane_id)
    except Killed:
        return True
    return False
