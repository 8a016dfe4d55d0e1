"""A child process of the demo: started in its own group, watched, restarted with a growing pause, stopped."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LONGEST_PAUSE_S = 30
STEADY_AFTER_S = 60
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Command:
    """What to run: `name` is also the name of its log file."""

    name: str
    argv: Sequence[str]


class Child:
    """One command kept running. Its output is appended to `{log_dir}/{name}.log`."""

    def __init__(self, command: Command, env: Mapping[str, str], cwd: Path, log_dir: Path) -> None:
        self.name = command.name
        self.log = log_dir / f"{command.name}.log"
        self._argv, self._env, self._cwd = list(command.argv), dict(env), cwd
        self._process: subprocess.Popen | None = None
        self._started_at = self._start_at = 0.0
        self._failures = 0
        self.log.write_bytes(b"")

    def start(self) -> None:
        self._started_at = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
                self._argv,
                env=self._env,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent(os.getpid()),
            )

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    def keep_running(self, say: Callable[[str], None]) -> None:
        """Call it often: notices that the process ended, says so, and starts it again after a pause."""
        if self._process is None:
            if time.monotonic() >= self._start_at:
                self.start()
        elif (code := self.exit_code) is not None:
            self._end_group()
            say(f"{self.name} ended ({_words(code)}); starting it again in {self._pause()} s. See {self.log}")

    def _pause(self) -> int:
        steady = time.monotonic() - self._started_at > STEADY_AFTER_S
        self._failures = 1 if steady else self._failures + 1
        seconds = min(LONGEST_PAUSE_S, 2 ** (self._failures - 1))
        self._process, self._start_at = None, time.monotonic() + seconds
        return seconds

    def ask_to_stop(self) -> None:
        self._signal_group(signal.SIGTERM)

    def wait_or_kill(self, deadline: float) -> None:
        """Waits until the monotonic `deadline`, then leaves no process of the group behind."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=max(0, deadline - time.monotonic()))
        self._end_group()
        self._process.wait()

    def _end_group(self) -> None:
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def _end_with_parent(parent: int) -> Callable[[], None] | None:
    """On Linux the kernel ends the child when the supervisor is killed; elsewhere an orderly stop does."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def _words(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
