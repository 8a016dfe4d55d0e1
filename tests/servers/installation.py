"""A whole installation with two of each: two web processes, two workers, two beats, and the carrier's sandbox."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections
from environ import Env

from extensions.core.models import ExtensionConfig, Operation
from iotdash.demo.processes import Child, Command
from iotdash.demo.supervisor import health
from tests.architecture.house import ROOT
from tests.demo import servers
from tests.demo.processes import environment
from tests.demo.test_demo_supervisor import wait_for
from tests.demo.test_environment import PRODUCTION
from tests.e2e.sandbox_control import SandboxControl
from tests.servers import fleet
from tests.servers.visitor import Visitor

PATIENCE_S = 240
ALIAS = "installation"
# One beat is enough; a second one, started by mistake, must do no harm.
WEBS, WORKERS, BEATS = ("web-1", "web-2"), ("worker-1", "worker-2"), ("beat-1", "beat-2")


@dataclass
class Installation:
    """`database` and `redis` are None in the embedded installation.

    `proved_by_call` is the sandbox's last call before every configuration was proved.
    """

    folder: Path
    environment: dict[str, str]
    sandbox: SandboxControl
    ports: tuple[int, ...]
    database: servers.PostgreSQL | None = None
    redis: servers.Redis | None = None
    children: dict[str, Child] = field(default_factory=dict)
    proved_by_call: int = 0

    def start(self, name: str, *, again: bool = False) -> None:
        """Starts a process by its name, `again` after it was killed."""
        if not again:
            argv, own = self._command(name)
            self.children[name] = Child(Command(name, argv), self.environment | own, ROOT, self.folder)
        self.children[name].start()

    def kill(self, name: str) -> None:
        """SIGKILL to the process and whatever it started."""
        os.killpg(self.children[name].pid, signal.SIGKILL)
        wait_for(lambda: self.children[name].exit_code is not None)

    def stop(self) -> None:
        for child in self.children.values():
            child.ask_to_stop()
        for child in self.children.values():
            child.wait_or_kill(0)

    def run(self, *argv: str) -> None:
        subprocess.run([sys.executable, *argv], env=self.environment, cwd=ROOT, check=True)

    def log(self, name: str) -> str:
        return self.children[name].log.read_text()

    def wait_until_up(self) -> None:
        for port in self.ports:
            wait_for(lambda port=port: health(port) == "", PATIENCE_S)

    def visitors(self) -> dict[str, Visitor]:
        return {public_id: Visitor(public_id, self.ports) for public_id in fleet.ORGANIZATIONS}

    def operations(self):
        # A connection of its own each time: the database may have been away.
        connections[ALIAS].close()
        return Operation.objects.using(ALIAS)

    def configurations(self):
        return ExtensionConfig.objects.using(ALIAS)

    def _command(self, name: str) -> tuple[list[str], dict[str, str]]:
        """The README's command for this kind of process, and what is this one's own."""
        if name == "sandbox":
            port = self.sandbox.base_url.rpartition(":")[2]
            return [sys.executable, "manage.py", "sandbox", "controlcenter", "--port", port], {}
        argv = documented_command(name.partition("-")[0])
        if name in WEBS:
            return argv, {"BIND": f"127.0.0.1:{self.ports[WEBS.index(name)]}"}
        own = ["--hostname", f"{name}@%h"] if name in WORKERS else ["--schedule", str(self.folder / name)]
        return [*argv, *own, "--loglevel", "INFO"], {}


def documented_command(kind: str) -> list[str]:
    """What the README says to start, by this Python."""
    command = re.search(rf"^\| {kind} \|.*`\.venv/bin/(.+)` \|$", (ROOT / "README.md").read_text(), re.MULTILINE)[1]
    return [sys.executable, "-m", *shlex.split(command)]


@contextmanager
def started(folder: Path, database: servers.PostgreSQL | None, redis: servers.Redis | None) -> Iterator[Installation]:
    """Up and empty. No process is left afterwards."""
    installation = _installation(folder, database, redis)
    try:
        _prepare(installation)
        for name in ("sandbox", *WEBS, *WORKERS, *BEATS):
            installation.start(name)
        installation.wait_until_up()
        yield installation
    finally:
        installation.stop()


@contextmanager
def inhabited(installation: Installation) -> Iterator[Installation]:
    """With the rows of `fleet`, every configuration proved."""
    installation.run("-m", "tests.servers.preparation", installation.sandbox.base_url)
    with _readable(installation):
        wait_for(lambda: not installation.configurations().filter(proved_at=None).exists(), PATIENCE_S)
        installation.proved_by_call = installation.sandbox.last_call()
        yield installation


def _installation(folder: Path, database: servers.PostgreSQL | None, redis: servers.Redis | None) -> Installation:
    ports = (servers.free_port(), servers.free_port())
    own = {
        "PUBLIC_URL": f"http://127.0.0.1:{ports[0]}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "BEHIND_PROXY": "false",
        "IOTDASH_VAR": str(folder / "var"),
        "IOTDASH_OUTBOUND_ALLOW_LOOPBACK": "true",
    }
    known = {name: value for name, value in PRODUCTION.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    places = {"DATABASE_URL": database.url} if database else {}
    places |= {"REDIS_URL": redis.url} if redis else {}
    sandbox = SandboxControl(f"http://127.0.0.1:{servers.free_port()}")
    return Installation(folder, environment(**(known | own | places)), sandbox, ports, database, redis)


def _prepare(installation: Installation) -> None:
    for folder in ("broker", "broker-control"):
        (installation.folder / "var" / folder).mkdir(parents=True, exist_ok=True)
    installation.run("manage.py", "migrate", "-v", "0")
    installation.run("manage.py", "createcachetable")
    installation.run("manage.py", "collectstatic", "--no-input", "-v", "0")


@contextmanager
def _readable(installation: Installation) -> Iterator[None]:
    """The installation's database, for this process to look into."""
    place = {"ENGINE": "django.db.backends.sqlite3", "NAME": installation.folder / "var/iotdash.sqlite3"}
    if installation.database:
        place = Env.db_url_config(installation.database.url)
    connections.settings[ALIAS] = {**connections.settings["default"], "OPTIONS": {}, **place}
    try:
        yield
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]
