"""`python -m tests.chaos.run`: one kill test from the first process to the report. See `plan.py`, `truth.py`."""

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from iotdash.demo import state as demo_state
from tests.architecture.house import ROOT
from tests.demo import servers

REPORTS = ROOT / "build/chaos"
EMBEDDED, SERVERS = "SQLite and a broker in files", "PostgreSQL and Redis"


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kills every process at random and looks for what was lost.")
    parser.add_argument("--seed", type=int, default=0, help="0 takes a new one.")
    parser.add_argument("--operations", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=52)
    parser.add_argument("--servers", action="store_true", help="On PostgreSQL and Redis.")
    parser.add_argument("--reports", type=Path, default=REPORTS)
    parser.add_argument("--minutes", type=float, default=30, help="Gives up after so many.")
    chosen = parser.parse_args(given)
    chosen.seed = chosen.seed or secrets.randbelow(10**6) + 1
    return chosen


def main() -> int:
    chosen = arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        env = stack.enter_context(environment(folder, on_servers=chosen.servers))
        return _run(chosen, folder, env)


@contextmanager
def environment(folder: Path, *, on_servers: bool) -> Iterator[Mapping[str, str]]:
    """The environment of every process, this one's too; with servers of its own if asked for."""
    var, port = folder / "var", servers.free_port()
    kept = demo_state.DemoState(ports={"controlcenter": servers.free_port()})
    with ExitStack() as stack:
        more = {}
        if on_servers:
            redis_url, _ = stack.enter_context(servers.redis(folder))
            more = {"DATABASE_URL": stack.enter_context(servers.postgresql()), "REDIS_URL": redis_url}
        env = {**demo_state.environment(kept, var, port), **more}
        os.environ.clear()
        os.environ.update(env)
        yield env


def _run(chosen: argparse.Namespace, folder: Path, env: Mapping[str, str]) -> int:
    import django

    began = time.monotonic()
    var = folder / "var"
    for name in ("broker", "broker-control", "sandboxes/controlcenter"):
        (var / name).mkdir(parents=True)
    for command in (["migrate", "-v0"], ["createcachetable"], ["collectstatic", "--no-input", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], env=dict(env), cwd=ROOT, check=True)
    django.setup()
    # Only now, because it has models.
    from tests.chaos.battle import Battle

    battle = Battle(chosen, var, env, SERVERS if chosen.servers else EMBEDDED)
    words, failed = battle.fight(began)
    sys.stdout.write(words)
    if failed:
        shutil.copytree(var / "log", chosen.reports / "log", dirs_exist_ok=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
