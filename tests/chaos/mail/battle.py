"""Invitations are sent while the mail server and the worker are killed; then it is judged what came of them."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from iotdash.demo.processes import Child, Command
from tests.architecture.house import ROOT
from tests.chaos.house import Name, Ports, command, listens, wait_for
from tests.chaos.mail import server, truth, world
from tests.chaos.mail.truth import Evidence
from tests.chaos.plan import Victim
from tests.demo.servers import free_port

EMBEDDED, SERVERS = "SQLite and a broker in files", "PostgreSQL and Redis"
UP_WITHIN_S = 180
MOMENT_WITHIN_S = 30
# How long the mail server stays away: until somebody has noticed.
ABSENT_S = 3.0
MAIL_SERVER, WORKER, BEAT = "mail server", "worker", "beat"


@dataclass(frozen=True)
class Kill:
    """Who is killed once such a share of the messages was taken; `mid`: between a message and its answer."""

    after: float
    victim: str
    mid: bool


KILLS = (Kill(0.2, WORKER, mid=False), Kill(0.5, MAIL_SERVER, mid=True), Kill(0.8, WORKER, mid=True))


class Battle:
    """In an installation that is migrated and empty, and whose environment this process has."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self._chosen = chosen
        self._port, self._taken = free_port(), settings.VAR_DIR / "taken"
        self._children = {name: self._child(name, argv) for name, argv in self._commands().items()}
        self._killed = 0

    def fight(self) -> tuple[str, bool]:
        """Words of the report, and whether a rule was broken."""
        try:
            self._start(MAIL_SERVER)
            world.make_organization(self._port)
            self._start(BEAT, WORKER)
            wait_for(world.proved, UP_WITHIN_S)
            began = time.monotonic()
            world.invite(self._chosen.invitations)
            for kill in KILLS[-self._chosen.kills :]:
                self._carry_out(kill)
            wait_for(world.all_settled, self._chosen.minutes * 60)
            seconds = time.monotonic() - began
        finally:
            self._stop()
        return self._report(self._evidence(), seconds)

    def _commands(self) -> dict[str, list[str]]:
        ports = Ports(web=0, sandbox=0)
        return {
            MAIL_SERVER: [sys.executable, "-m", "tests.chaos.mail.server", str(self._port), str(self._taken)],
            WORKER: command(Name(Victim.WORKER), ports, Path()),
            BEAT: command(Name(Victim.BEAT), ports, Path()),
        }

    def _child(self, name: str, argv: list[str]) -> Child:
        log = settings.VAR_DIR / "log"
        log.mkdir(parents=True, exist_ok=True)
        return Child(Command(name.replace(" ", "-"), argv), os.environ, ROOT, log)

    def _start(self, *names: str) -> None:
        for name in names:
            self._children[name].start()
        wait_for(lambda: listens(self._port), UP_WITHIN_S)

    def _carry_out(self, kill: Kill) -> None:
        self._wait_until_taken(kill.after * self._chosen.invitations)
        with self._no_answer() if kill.mid else _as_it_comes():
            self._children[kill.victim].wait_or_kill(0)
        self._killed += 1
        sys.stderr.write(f"{time.strftime('%H:%M:%S')}  {self._count()} messages taken  {kill.victim} killed\n")
        time.sleep(ABSENT_S if kill.victim == MAIL_SERVER else 0)
        self._children[kill.victim].start()

    @contextmanager
    def _no_answer(self) -> Iterator[None]:
        """A message was taken and its answer is not given."""
        hold, before = self._taken / server.HOLD, self._count()
        hold.touch()
        self._wait_until_taken(before + 1)
        yield
        hold.unlink()

    def _wait_until_taken(self, messages: float) -> None:
        wait_for(lambda: self._count() >= messages, self._chosen.minutes * 60)

    def _count(self) -> int:
        return len(list(self._taken.glob("*.json")))

    def _stop(self) -> None:
        for child in self._children.values():
            child.ask_to_stop()
        for child in self._children.values():
            child.wait_or_kill(time.monotonic() + 10)

    def _evidence(self) -> Evidence:
        letters = world.letters(self._taken)
        links = {link for letter in letters for link in letter.links}
        dead = sorted(link for link in links if not world.opens(link))
        return Evidence(world.invitees(), letters, self._killed, dead)

    def _report(self, evidence: Evidence, seconds: float) -> tuple[str, bool]:
        broken = truth.judge(evidence)
        on = SERVERS if self._chosen.servers else EMBEDDED
        lines = [
            f"{len(evidence.invitees)} invitations, {evidence.killed} kills, on {on}: {seconds:.0f} s.",
            f"{len(evidence.letters)} messages taken, {evidence.doubled} of them doubled.",
            f"{sum(each.attempts > 1 for each in evidence.invitees)} were tried more than once.",
            *(f"BROKEN {each.rule}: {each.words}" for each in broken),
            f"{len(broken)} rules broken.",
        ]
        self._chosen.reports.mkdir(parents=True, exist_ok=True)
        (self._chosen.reports / "report.txt").write_text("\n".join(lines))
        (self._chosen.reports / "evidence.json").write_text(json.dumps(asdict(evidence), indent=1))
        return "\n".join([*lines, ""]), bool(broken)


@contextmanager
def _as_it_comes() -> Iterator[None]:
    yield
