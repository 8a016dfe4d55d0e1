"""Runs web, worker with beat, and the sandboxes as one: all up, all watched, all stopped together."""

import http.client
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from iotdash.demo.processes import Child, Command
from iotdash.demo.state import HOST, CannotStart

STOP_WITHIN_S = 15
START_WITHIN_S = 120
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def commands(sandboxes: Mapping[str, int]) -> Sequence[Command]:
    """What the demo consists of; `sandboxes` maps names to ports. The web process has BIND."""
    python = sys.executable
    alone = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    worker = ["worker", "--beat-thread", "--pool", "threads", *alone]
    return [
        *(
            Command(f"sandbox-{name}", [python, "manage.py", "sandbox", name, "--port", str(port)])
            for name, port in sandboxes.items()
        ),
        Command("web", [python, "-m", "gunicorn", "iotdash.wsgi"]),
        Command("worker", [python, "-m", "celery", "--app", "iotdash", *worker]),
    ]


class Supervisor:
    """`say` shows a line to the person. `stop` is set by Ctrl-C, SIGTERM and a closed terminal."""

    def __init__(self, env: Mapping[str, str], cwd: Path, log_dir: Path, say: Callable[[str], None]) -> None:
        self._env, self._cwd, self._log_dir, self._say = env, cwd, log_dir, say
        self._children: list[Child] = []
        self.stop = threading.Event()
        log_dir.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def stopping_on_signals(self) -> Iterator[None]:
        """Whatever happens inside, no child is left after it."""
        before = {number: signal.signal(number, lambda *_: self.stop.set()) for number in _STOP_SIGNALS}
        try:
            yield
        finally:
            self._stop_children()
            for number, handler in before.items():
                signal.signal(number, handler)

    def run_once(self, command: Command) -> None:
        """Runs a command to its end, or until it is told to stop. Raises CannotStart when it fails."""
        child = self._child(command)
        child.start()
        while child.exit_code is None:
            if self.stop.wait(0.05):
                return
        self._children.remove(child)
        if child.exit_code:
            last = child.log.read_text().strip().splitlines()[-1:] or ["no words"]
            raise CannotStart(f"{command.name} failed: {last[0]} (all of it: {child.log})")

    def start(self, command: Command) -> None:
        self._child(command).start()

    def wait_until_up(self, port: int) -> bool:
        """False when it was stopped before it was up. Raises CannotStart, naming what is not up in time."""
        deadline = time.monotonic() + START_WITHIN_S
        while (missing := health(port)) and not self.stop.wait(0.2):
            self._keep_children()
            if time.monotonic() > deadline:
                raise CannotStart(f"Not up within {START_WITHIN_S} s. {missing} See {self._log_dir}")
        return not self.stop.is_set()

    def watch(self) -> None:
        """Keeps every child running until it is told to stop."""
        while not self.stop.wait(0.5):
            self._keep_children()

    def _child(self, command: Command) -> Child:
        child = Child(command, self._env, self._cwd, self._log_dir)
        self._children.append(child)
        return child

    def _keep_children(self) -> None:
        for child in self._children:
            child.keep_running(self._say)

    def _stop_children(self) -> None:
        for child in self._children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in self._children:
            child.wait_or_kill(deadline)


def health(port: int) -> str:
    """Empty when `/healthz` answers 200, otherwise what is not up, in sentences."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return "" if answer.status == http.HTTPStatus.OK else _what_is_down(answer.read())
    except (OSError, http.client.HTTPException):
        return "The web process does not answer."
    finally:
        connection.close()


def _what_is_down(body: bytes) -> str:
    try:
        parts = json.loads(body)["parts"]
    except (ValueError, KeyError):
        return "The web process answers with an error."
    return " ".join(state for state in parts.values() if state != "up")
