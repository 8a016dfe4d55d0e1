"""`python -m tests.chaos.run`: one kill test, from an empty installation to the report. See `plan`, `truth`."""

import argparse
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from iotdash.demo import state
from tests.architecture.house import ROOT
from tests.chaos.arguments import parser
from tests.demo import servers

SANDBOX = "controlcenter"


def main() -> int:
    return run("tests.chaos", parser().parse_args(), {})


def run(package: str, chosen: argparse.Namespace, settings: Mapping[str, str]) -> int:
    """The status of the fight of a package that has `arguments` and `battle`; `settings`: what is its own."""
    if hasattr(chosen, "seed"):
        chosen.seed = chosen.seed or secrets.randbelow(10**6) + 1
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        env = {**stack.enter_context(environment(folder, on_servers=chosen.servers)), **settings}
        install(Path(env["IOTDASH_VAR"]), env)
        # In a process of its own: where pytest is imported, as here, settings are those of tests.
        fight = [sys.executable, "-m", "tests.chaos.fight", package, *given(chosen)]
        failed = subprocess.run(fight, env=env, cwd=ROOT).returncode
        shutil.copytree(folder / "var/log", chosen.reports / "log", dirs_exist_ok=True)
    return failed


@contextmanager
def environment(folder: Path, *, on_servers: bool) -> Iterator[Mapping[str, str]]:
    """The environment of every process of the installation; with servers of its own if asked for."""
    kept = state.DemoState(ports={SANDBOX: servers.free_port()})
    env = dict(state.environment(kept, folder / "var", servers.free_port()))
    # As often as possible, so that kills meet it.
    env["IOTDASH_SYNC_MINUTES"] = "1"
    with ExitStack() as stack:
        if on_servers:
            env["DATABASE_URL"] = stack.enter_context(servers.postgresql())
            env["REDIS_URL"], _ = stack.enter_context(servers.redis(folder))
            env["WEB_CONCURRENCY"] = "2"
        yield env


def install(var: Path, env: Mapping[str, str]) -> None:
    for name in ("broker", "broker-control", f"sandboxes/{SANDBOX}"):
        (var / name).mkdir(parents=True)
    for command in (["migrate", "-v0"], ["createcachetable"], ["collectstatic", "--no-input", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], env=env, cwd=ROOT, check=True)


def given(chosen: argparse.Namespace) -> list[str]:
    named = {name: str(value) for name, value in vars(chosen).items() if name != "servers"}
    return [word for name, value in named.items() for word in (f"--{name}", value)] + ["--servers"] * chosen.servers


if __name__ == "__main__":
    sys.exit(main())
