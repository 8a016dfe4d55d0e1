"""One kill test with a job: starts everything, has it asked for, kills, waits for its end, and judges."""

import argparse
import os
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet

from extensions.controlcenter.sandbox import State as Sandbox
from extensions.core.models import Lane
from extensions.sims.models import Sim
from iotdash.runtime.models import Job, JobItem
from tests.chaos import battle, world
from tests.chaos.house import House, Ports, wait_for
from tests.chaos.jobs import evidence, plan, report, truth
from tests.chaos.jobs.people import Steerer
from tests.chaos.killer import Killer
from tests.chaos.people import Crowd
from tests.chaos.truth import ANSWER_LOSING, STANDING_STILL, Broken

LISTED_WITHIN_S = 300
LOOK_EVERY_S = 0.05
CALM_S = 5.0
# Calls a second and account, so that a small job takes half a minute and a large one as long as the machine needs. The
# share of usage is left small.
SLOWEST, ITEMS_A_CALL, BUDGET = 4, 50, 0.001
LATENCY_MS, STATE_DELAY_S = 5, 0.5


class Battle:
    """In an installation that is migrated and empty, and whose environment this process has."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self._chosen = chosen
        self._plan = plan.make(chosen.seed, chosen.items, chosen.kills)
        self._mishaps = list(self._plan.mishaps)
        name, self._sandbox_url = next(iter(settings.IOTDASH_SANDBOXES.items()))
        ports = Ports(urlsplit(settings.PUBLIC_URL).port or 0, urlsplit(self._sandbox_url).port or 0)
        self._sandbox_folder = settings.VAR_DIR / "sandboxes" / name
        self._house = House(os.environ, settings.VAR_DIR, ports, self._sandbox_folder, 2 if chosen.servers else 1)
        self._crowd = Crowd((), 0)

    def fight(self) -> tuple[str, bool]:
        """Words of the report, and whether a rule was broken."""
        began = time.monotonic()
        sandbox = self._make_world()
        try:
            self._house.start_all()
            wait_for(battle.all_connected, battle.CONNECTED_WITHIN_S)
            self._set_pace()
            wait_for(lambda: Sim.objects.count() == self._chosen.items, LISTED_WITHIN_S)
            started = time.monotonic()
            problems = self._while_it_runs(sandbox)
            seconds = time.monotonic() - started
            found = evidence.gather(sandbox, self._plan, self._doubts())
        finally:
            self._crowd.stop.set()
            self._house.stop_all()
        broken = [*problems, *truth.judge(found)]
        run = report.Run(self._chosen, seconds, started - began, self._killer, len(self._plan.mishaps))
        return report.write(self._chosen.reports, run, found, broken), bool(broken)

    def _make_world(self) -> Sandbox:
        world.make_sandbox(self._sandbox_folder, self._plan.killing)
        world.make_organizations(self._plan.killing, self._sandbox_url)
        sandbox = Sandbox(self._sandbox_folder)
        sandbox.change_settings(rate_limit=0, latency_ms=LATENCY_MS, state_delay_s=STATE_DELAY_S)
        return sandbox

    def _while_it_runs(self, sandbox: Sandbox) -> Sequence[Broken]:
        broker = None if self._chosen.servers else settings.VAR_DIR / "broker"
        self._killer = Killer(self._plan.killing, self._house, self._crowd, sandbox, broker)
        Steerer(self._crowd, settings.PUBLIC_URL, list(self._plan.pauses)).start()
        deadline = time.monotonic() + self._chosen.minutes * 60
        changed_at = time.monotonic()
        while not self._over() and not self._crowd.stop.is_set() and time.monotonic() < deadline:
            self._killer.work()
            if self._look(sandbox):
                changed_at = time.monotonic()
            elif time.monotonic() - changed_at > CALM_S and self._only_doubts():
                battle.let_deadlines_pass()
                changed_at = time.monotonic()
            time.sleep(LOOK_EVERY_S)
        return self._problems(in_time=self._over())

    def _look(self, sandbox: Sandbox) -> bool:
        """Whether more items have an outcome than before; the carrier makes the mistakes that are due by then."""
        before = self._crowd.settled
        try:
            self._crowd.settled = JobItem.objects.filter(
                job__confirmed_at__isnull=False, settled_at__isnull=False
            ).count()
            self._set_pace()
        except DatabaseError:
            return True
        while self._mishaps and self._mishaps[0].after <= self._crowd.settled:
            sandbox.add_fault(self._mishaps.pop(0).fault)
        return self._crowd.settled > before

    def _set_pace(self) -> None:
        """Also after a connection check gave a lane the carrier's usual one again."""
        pace = max(SLOWEST, self._chosen.items // ITEMS_A_CALL)
        Lane.objects.exclude(per_second=pace).update(per_second=pace, budget=BUDGET)

    def _only_doubts(self) -> bool:
        """Nobody is dead, and nothing but a deadline ends what is left."""
        open_ones = _items().filter(settled_at=None).count()
        return self._killer.all_at_work and 0 < open_ones <= battle.doubts()

    def _over(self) -> bool:
        return self._killer.finished and Job.objects.filter(ended_at__isnull=False).exists()

    def _doubts(self) -> int:
        kills = sum(each.victim in ANSWER_LOSING for each in self._killer.killed)
        stops = sum(what in STANDING_STILL for _, what in self._killer.troubles)
        return plan.ACCOUNTS * (kills + stops) + len(self._plan.mishaps)

    def _problems(self, *, in_time: bool) -> list[Broken]:
        found = [Broken("the web answers as it should", words) for words in self._crowd.problems]
        found += [Broken("nobody dies by itself", words) for words in self._killer.crashes]
        if not in_time:
            found.append(Broken("it ends in time", f"{self._crowd.settled} of {self._chosen.items} have an outcome"))
        return found


def _items() -> QuerySet[JobItem]:
    return JobItem.objects.filter(job__confirmed_at__isnull=False)
