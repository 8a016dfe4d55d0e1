"""Runs the demo's processes, without Django: what only watches should not weigh as much as what it watches.

`manage.py demo` knows what to run, and then becomes this: the same process id, a third of the memory.
"""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from iotdash.demo.processes import Command
from iotdash.demo.state import CannotStart, released
from iotdash.demo.supervisor import Supervisor

# In the environment, because it has the password in it, and anybody may read a command line.
PLAN = "IOTDASH_DEMO_PLAN"


@dataclass(frozen=True)
class Plan:
    """What to run from the folder `cwd`: `prepare` to its end, then `processes`. `welcome` is said when they are up."""

    cwd: str
    var: str
    port: int
    began: float
    welcome: str
    prepare: Command
    processes: Sequence[Command]


def become(plan: Plan, env: Mapping[str, str]) -> None:
    """Replaces this program; returns never. `env` is that of the processes."""
    os.chdir(plan.cwd)
    argv = [sys.executable, "-m", "iotdash.demo.watch"]
    os.execve(sys.executable, argv, {**env, PLAN: json.dumps(asdict(plan))})  # noqa: S606 - our own program, no shell


def read(text: str) -> Plan:
    given = json.loads(text)
    prepare, *processes = (Command(**each) for each in [given.pop("prepare"), *given.pop("processes")])
    return Plan(**given, prepare=prepare, processes=processes)


def run(plan: Plan) -> None:
    supervisor = Supervisor(os.environ, Path(plan.cwd), Path(plan.var) / "log", say)
    with supervisor.stopping_on_signals():
        _start(supervisor, plan)
        if supervisor.wait_until_up(plan.port):
            say(f"\niotdash is up, after {time.time() - plan.began:.0f} s.\n{plan.welcome}")
            supervisor.watch()
        say("Stopping…")
    say("Stopped. The data is kept for the next start.")


def _start(supervisor: Supervisor, plan: Plan) -> None:
    say("Preparing database, static files and sample data…")
    supervisor.run_once(plan.prepare)
    if supervisor.stop.is_set():
        return
    say("Starting web, worker and sandboxes…")
    for process in plan.processes:
        supervisor.start(process)


def say(text: str) -> None:
    """At once, also into a pipe or a file."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    plan = read(os.environ.pop(PLAN))
    try:
        with released(Path(plan.var)):
            run(plan)
    except CannotStart as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
