"""One kill test: starts everything, lets people ask and processes die, waits for the end, and judges."""

import argparse
import os
import time
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from extensions.controlcenter.sandbox import State as Sandbox
from extensions.core.models import ExtensionConfig, Health, Operation, State
from tests.chaos import evidence, plan, report, truth, world
from tests.chaos.house import House, Ports, wait_for
from tests.chaos.journal import Journal
from tests.chaos.killer import Killer
from tests.chaos.people import Crowd, Person

EMBEDDED, SERVERS = "SQLite and a broker in files", "PostgreSQL and Redis"
CONNECTED_WITHIN_S = 240
# How many operations are under way at most, per account.
MOST_OPEN_PER_ACCOUNT = 8
SYNCHRONISED_WITHIN_S = 240
LOOK_EVERY_S = 0.05
CALM_S = 5.0


class Battle:
    """In an installation that is migrated and empty, and whose environment this process has."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self._chosen = chosen
        self._plan = plan.make(chosen.seed, chosen.operations, chosen.kills)
        self._web = settings.PUBLIC_URL
        name, self._sandbox_url = next(iter(settings.IOTDASH_SANDBOXES.items()))
        ports = Ports(urlsplit(self._web).port or 0, urlsplit(self._sandbox_url).port or 0)
        self._sandbox_folder = settings.VAR_DIR / "sandboxes" / name
        workers = 2 if chosen.servers else 1
        self._house = House(os.environ, settings.VAR_DIR, ports, self._sandbox_folder, workers)
        self._crowd = Crowd(self._plan.operations, MOST_OPEN_PER_ACCOUNT * len(self._plan.carriers))
        self._journal = Journal(self._crowd)

    def fight(self) -> tuple[str, bool]:
        """Words of the report, and whether a rule was broken."""
        began = time.monotonic()
        world.make_sandbox(self._sandbox_folder, self._plan)
        world.make_organizations(self._plan, self._sandbox_url)
        sandbox = Sandbox(self._sandbox_folder)
        try:
            self._house.start_all()
            wait_for(all_connected, CONNECTED_WITHIN_S)
            started = time.monotonic()
            problems = self._while_people_ask(sandbox)
            run = self._measured(started, began)
            self._synchronise(sandbox)
            found = self._evidence(sandbox)
        finally:
            self._crowd.stop.set()
            self._journal.done.set()
            self._house.stop_all()
        broken = [*problems, *truth.judge(found)]
        return report.write(self._chosen.reports, run, found, broken), bool(broken)

    def _while_people_ask(self, sandbox: Sandbox) -> list[truth.Broken]:
        broker = None if self._chosen.servers else settings.VAR_DIR / "broker"
        self._killer = Killer(self._plan, self._house, self._crowd, sandbox, broker)
        self._journal.start()
        for person in self._people():
            person.start()
        deadline = time.monotonic() + self._chosen.minutes * 60
        calm_since = time.monotonic()
        while not self._over() and not self._crowd.stop.is_set() and time.monotonic() < deadline:
            self._killer.work()
            calm_since = calm_since if self._calm() else time.monotonic()
            if time.monotonic() - calm_since > CALM_S:
                let_deadlines_pass()
                calm_since = time.monotonic()
            time.sleep(LOOK_EVERY_S)
        return self._problems(in_time=self._over())

    def _people(self) -> list[Person]:
        """Each device belongs to one person, so that what is asked of it keeps its order."""
        shares: dict[str, list] = {}
        for asking in self._crowd.askings:
            device = asking.planned.device
            number = sum(map(ord, device.device_id)) % world.PEOPLE + 1
            shares.setdefault(world.email(device.organization, number), []).append(asking)
        return [Person(self._crowd, share, self._web, email) for email, share in sorted(shares.items())]

    def _over(self) -> bool:
        return self._killer.finished and self._crowd.all_asked and self._crowd.settled == len(self._crowd.askings)

    def _calm(self) -> bool:
        """Nobody is dead, and all that is open are doubts that only a deadline ends: no step is left to take."""
        waiting = doubts() if self._killer.all_at_work else 0
        return waiting > 0 and self._crowd.settled + waiting >= self._crowd.answered

    def _synchronise(self, sandbox: Sandbox) -> None:
        """A last inventory, for as long as it takes to show every SIM rightly; what it does not is judged later."""
        world.ask_for_inventories()
        with suppress(TimeoutError):
            wait_for(lambda: not evidence.shown(sandbox, self._plan.carriers).differences(), SYNCHRONISED_WITHIN_S)

    def _problems(self, *, in_time: bool) -> list[truth.Broken]:
        found = [truth.Broken("the web answers as it should", words) for words in self._crowd.problems]
        found += [truth.Broken("nobody dies by itself", words) for words in self._killer.crashes]
        if not in_time:
            words = f"{self._crowd.answered} answered, {self._crowd.settled} settled of {len(self._crowd.askings)}"
            found.append(truth.Broken("it ends in time", words))
        return found

    def _measured(self, started: float, began: float) -> report.Run:
        chosen, now = self._chosen, time.monotonic()
        on = SERVERS if chosen.servers else EMBEDDED
        return report.Run(chosen.seed, chosen.operations, chosen.kills, on, now - started, started - began)

    def _evidence(self, sandbox: Sandbox) -> evidence.Evidence:
        return evidence.Evidence(
            askings=self._crowd.askings,
            rows=evidence.rows(),
            deeds=evidence.deeds(sandbox),
            killed=self._killer.killed,
            journal=dict(self._journal.seen),
            shown=evidence.shown(sandbox, self._plan.carriers),
            troubles=self._killer.troubles,
        )


def all_connected() -> bool:
    return not ExtensionConfig.objects.exclude(health=Health.CONNECTED).exists()


def doubts() -> int:
    return Operation.objects.filter(state=State.UNKNOWN, settled_at=None).count()


def let_deadlines_pass() -> None:
    """As if the minutes had gone by that an unknown outcome is looked for; the worker then looks a last time."""
    now = timezone.now()
    Operation.objects.filter(state=State.UNKNOWN, settled_at=None).update(confirm_by=now, next_attempt_at=now)
