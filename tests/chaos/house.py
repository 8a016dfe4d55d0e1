"""The real processes of a kill test, each killed and started again by itself."""

import os
import signal
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

UP_WITHIN_S = 180
LOOK_EVERY_S = 0.05
STOP_WITHIN_S = 15
_PYTHON = [sys.executable]
_ALONE = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]


@dataclass(frozen=True)
class Ports:
    web: int
    sandbox: int


@dataclass(frozen=True)
class Name:
    """One process: of workers there may be several."""

    victim: Victim
    number: int = 1

    def __str__(self) -> str:
        return self.victim.value if self.number == 1 else f"{self.victim.value}-{self.number}"


def command(name: Name, ports: Ports, sandbox_state: Path) -> list[str]:
    celery = [*_PYTHON, "-m", "celery", "--app", "iotdash"]
    sandbox = ["manage.py", "sandbox", "controlcenter", "--port", str(ports.sandbox), "--state", str(sandbox_state)]
    return {
        Victim.SANDBOX: [*_PYTHON, *sandbox],
        Victim.WEB: [*_PYTHON, "-m", "gunicorn", "iotdash.wsgi"],
        Victim.WORKER: [*celery, "worker", "--pool", "threads", "--hostname", f"{name}@%h", *_ALONE],
        Victim.BEAT: [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"],
    }[name.victim]


class House:
    """Every process of the product and the carrier's sandbox, on one machine. `workers`: how many there are."""

    def __init__(self, env: Mapping[str, str], var: Path, ports: Ports, sandbox_state: Path, workers: int) -> None:
        log = var / "log"
        log.mkdir(parents=True, exist_ok=True)
        names = [*map(Name, Victim), *(Name(Victim.WORKER, number) for number in range(2, workers + 1))]
        self._ports = ports
        self._children = {
            name: Child(Command(str(name), command(name, ports, sandbox_state)), env, ROOT, log) for name in names
        }

    def names(self, victim: Victim) -> list[Name]:
        return [name for name in self._children if name.victim is victim]

    def start(self, name: Name) -> None:
        self._children[name].start()

    def start_all(self) -> None:
        """The carrier first: it would count as unreachable if it were asked before it listens."""
        self.start(Name(Victim.SANDBOX))
        wait_for(lambda: listens(self._ports.sandbox), UP_WITHIN_S)
        for name in self._children:
            if name.victim is not Victim.SANDBOX:
                self.start(name)
        wait_for(lambda: listens(self._ports.web), UP_WITHIN_S)

    def kill(self, name: Name) -> None:
        """SIGKILL to the process and its children at once."""
        self._children[name].wait_or_kill(0)

    def freeze(self, name: Name) -> int:
        """The process stands still, as on a machine that is suspended; returns its process id, for `thaw`."""
        pid = self._children[name].pid
        os.killpg(pid, signal.SIGSTOP)
        return pid

    def thaw(self, name: Name, pid: int) -> None:
        """Unless it was killed meanwhile: then there is another one."""
        if self._children[name].pid == pid and self._children[name].exit_code is None:
            os.killpg(pid, signal.SIGCONT)

    def ended(self) -> dict[Name, int]:
        """Which processes are not running, and how they ended."""
        codes = {name: child.exit_code for name, child in self._children.items()}
        return {name: code for name, code in codes.items() if code is not None}

    def stop_all(self) -> None:
        for child in self._children.values():
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_WITHIN_S
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
