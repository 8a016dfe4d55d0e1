"""The real processes of a kill test, each killed and started again by itself."""

import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from iotdash.demo.processes import Child, Command
from iotdash.demo.state import HOST
from tests.architecture.house import ROOT
from tests.chaos.plan import Victim

UP_WITHIN_S = 60
LOOK_EVERY_S = 0.05
_PYTHON = [sys.executable]
_ALONE = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]


@dataclass(frozen=True)
class Ports:
    web: int
    sandbox: int


def commands(ports: Ports, sandbox_state: Path) -> Mapping[Victim, list[str]]:
    celery = [*_PYTHON, "-m", "celery", "--app", "iotdash"]
    sandbox = ["manage.py", "sandbox", "controlcenter", "--port", str(ports.sandbox), "--state", str(sandbox_state)]
    return {
        Victim.SANDBOX: [*_PYTHON, *sandbox],
        Victim.WEB: [*_PYTHON, "-m", "gunicorn", "iotdash.wsgi"],
        Victim.WORKER: [*celery, "worker", "--pool", "threads", *_ALONE],
        Victim.BEAT: [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"],
    }


class House:
    """Every process of the product and the carrier's sandbox, on one machine."""

    def __init__(self, env: Mapping[str, str], var: Path, ports: Ports, sandbox_state: Path) -> None:
        log = var / "log"
        log.mkdir(parents=True, exist_ok=True)
        every = commands(ports, sandbox_state)
        self._ports = ports
        self._children = {victim: Child(Command(victim.value, argv), env, ROOT, log) for victim, argv in every.items()}

    def start(self, victim: Victim) -> None:
        self._children[victim].start()

    def start_all(self) -> None:
        """The carrier first: it would count as unreachable if it were asked before it listens."""
        self.start(Victim.SANDBOX)
        wait_for(lambda: listens(self._ports.sandbox), UP_WITHIN_S)
        for victim in (Victim.WEB, Victim.WORKER, Victim.BEAT):
            self.start(victim)
        wait_for(lambda: listens(self._ports.web), UP_WITHIN_S)

    def kill(self, victim: Victim) -> None:
        """SIGKILL to the process and its children at once."""
        self._children[victim].wait_or_kill(0)

    def ended(self) -> dict[str, int]:
        """Which processes ended without being killed by us, and how."""
        codes = {victim.value: child.exit_code for victim, child in self._children.items()}
        return {name: code for name, code in codes.items() if code is not None}

    def stop_all(self) -> None:
        for child in self._children.values():
            child.ask_to_stop()
        deadline = time.monotonic() + 15
        for child in self._children.values():
            child.wait_or_kill(deadline)


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(LOOK_EVERY_S)


def listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
