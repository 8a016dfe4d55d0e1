"""Carries out a plan's kills: waits for the step, then for the moment, kills, and starts the victim again."""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from extensions.controlcenter.sandbox import Fault, Kind, State
from extensions.core import lanes
from extensions.core.models import Operation
from extensions.core.models import State as OperationState
from iotdash.runtime.models import Lease
from tests.chaos import world
from tests.chaos.house import House, Name
from tests.chaos.journal import exists_for
from tests.chaos.people import Crowd
from tests.chaos.plan import Disturbance, Kill, Moment, Plan, Trouble, Victim

# A moment that does not come is not waited for any longer.
MOMENT_WITHIN_S = 6.0
LOOK_EVERY_S = 0.004
LOCKED_S = 8.0
FROZEN_S = lanes.LEASE_SECONDS + 5.0
HANG_S = 60.0


@dataclass(frozen=True)
class Killed:
    """A kill that happened: at which time (Unix), at which step, and whether its moment had come."""

    number: int
    victim: Victim
    moment: Moment
    met: bool
    step: int
    at: float


class Killer:
    """`broker`: the folder of its messages, if it is one in files."""

    def __init__(self, plan: Plan, house: House, crowd: Crowd, sandbox: State, broker: Path | None) -> None:
        self._house, self._crowd, self._sandbox, self._broker = house, crowd, sandbox, broker
        troubles = [each for each in plan.troubles if broker or each.what is not Disturbance.HALF_MESSAGE]
        self._due: list[Kill | Trouble] = sorted([*plan.kills, *troubles], key=lambda each: each.after)
        self._absent: dict[Name, float] = {}
        self._frozen: list[tuple[Name, int, float]] = []
        self._calls_before = 0
        self.killed: list[Killed] = []
        self.troubles: list[tuple[float, str]] = []
        self.crashes: list[str] = []

    @property
    def finished(self) -> bool:
        return not self._due and self.all_at_work

    @property
    def all_at_work(self) -> bool:
        return not (self._absent or self._frozen)

    def work(self) -> None:
        """Does what is due at this step. Call it often."""
        self._bring_back()
        if self._due and self._due[0].after <= self._crowd.steps:
            due = self._due[0]
            if isinstance(due, Trouble):
                self._make_trouble(self._due.pop(0))
            elif self._name_of(due) not in self._absent:
                self._kill(self._due.pop(0))

    def _name_of(self, kill: Kill) -> Name:
        """Where there are several of a kind, they are killed in turn."""
        names = self._house.names(kill.victim)
        return names[kill.number % len(names)]

    def _say(self, what: str) -> None:
        crowd, clock = self._crowd, time.strftime("%H:%M:%S")
        sys.stderr.write(f"{clock}  {crowd.answered} answered, {crowd.settled} settled  {what}\n")

    def _bring_back(self) -> None:
        """Those whose absence is over; and whoever ended by itself, which is a defect."""
        now = time.monotonic()
        for name in [name for name, until in self._absent.items() if until <= now]:
            self._house.start(name)
            del self._absent[name]
        for name, pid, _ in [each for each in self._frozen if each[2] <= now]:
            self._house.thaw(name, pid)
        self._frozen = [each for each in self._frozen if each[2] > now]
        for name, code in self._house.ended().items():
            if name not in self._absent:
                self.crashes.append(f"{name} ended by itself with exit code {code}")
                self._house.start(name)

    def _kill(self, kill: Kill) -> None:
        with self._arranged(kill):
            met = self._wait_for(self._condition(kill.moment))
            at = time.time()
            self._house.kill(self._name_of(kill))
        self.killed.append(Killed(kill.number, kill.victim, kill.moment, met, self._crowd.steps, at))
        self._say(f"kill {kill.number}: {kill.victim}, {kill.moment if met else Moment.AT_ONCE}")
        self._absent[self._name_of(kill)] = time.monotonic() + kill.absence

    @contextmanager
    def _arranged(self, kill: Kill) -> Iterator[None]:
        """Makes one call hang at the carrier if the moment needs it, and lets it go afterwards."""
        kinds = {Moment.TAKEN: Kind.HANG, Moment.PERFORMED: Kind.HANG_AFTER}
        if kill.moment not in kinds:
            yield
            return
        method, path = kill.call
        self._calls_before = self._sandbox.calls(last=1)[-1].id
        self._sandbox.add_fault(Fault(kinds[kill.moment], method=method, path=path, times=1, seconds=HANG_S))
        try:
            yield
        finally:
            self._sandbox.clear_faults()

    def _condition(self, moment: Moment) -> Callable[[], bool]:
        return {
            Moment.AT_ONCE: lambda: True,
            Moment.ASKING: lambda: bool(self._crowd.waiting),
            Moment.ROW_WRITTEN: self._row_written,
            Moment.SLICE: _stepping,
            Moment.SENDING: _sending,
            Moment.TAKEN: self._hangs,
            Moment.PERFORMED: self._hangs_after_performing,
        }[moment]

    def _row_written(self) -> bool:
        with self._crowd.lock:
            waiting = set(self._crowd.waiting)
        return exists_for(waiting)

    def _hangs(self) -> bool:
        calls = self._sandbox.calls(after=self._calls_before)
        return any(not call.finished and call.fault == Kind.HANG for call in calls)

    def _hangs_after_performing(self) -> bool:
        calls = self._sandbox.calls(after=self._calls_before)
        return any(not call.finished and call.fault == Kind.HANG_AFTER and call.performed for call in calls)

    def _wait_for(self, condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + MOMENT_WITHIN_S
        while time.monotonic() < deadline:
            try:
                if condition():
                    return True
            except (DatabaseError, sqlite3.Error):
                connection.close()
            self._bring_back()
            time.sleep(LOOK_EVERY_S)
        return False

    def _make_trouble(self, trouble: Trouble) -> None:
        self.troubles.append((time.time(), trouble.what.value))
        self._say(trouble.what.value)
        if trouble.what is Disturbance.LOCKED:
            _lock_database()
        elif trouble.what is Disturbance.FROZEN:
            self._freeze(Name(Victim.WORKER))
        elif trouble.what is Disturbance.INVENTORY:
            world.ask_for_inventories()
        else:
            # As a process leaves it that writes in place and is killed.
            (self._broker / f"0_{len(self.troubles)}.celery.msg").write_bytes(b'{"body": "W1sx')

    def _freeze(self, name: Name) -> None:
        """For longer than its leases hold: another worker takes its lanes over while it believes to have them."""
        if name not in self._absent:
            self._frozen.append((name, self._house.freeze(name), time.monotonic() + FROZEN_S))


def _stepping() -> bool:
    held = Lease.objects.filter(name__startswith="job ", expires_at__gt=timezone.now())
    return held.exclude(holder="").exists()


def _sending() -> bool:
    return Operation.objects.filter(state=OperationState.SENT, settled_at=None).exclude(kind="read").exists()


def _lock_database() -> None:
    """Keeps everybody from writing operations, as a long transaction of somebody else does."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
                cursor.execute(f"LOCK TABLE {Operation._meta.db_table} IN EXCLUSIVE MODE")
        time.sleep(LOCKED_S)
