"""A real installation for a test: sandbox, web, workers and beat, whose keys are in a file and may change meanwhile."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from iotdash.demo.supervisor import health
from tests.architecture.house import ROOT
from tests.demo import servers
from tests.demo.processes import end, environment
from tests.demo.test_demo_supervisor import wait_for
from tests.demo.test_environment import PRODUCTION

PATIENCE_S = 180
PASSWORD = "harbour lights 27"
ADMIN = "admin@example.com"
WEB_PROCESSES = 2


class Installation:
    """`base_url` of the web, `carrier_url` of the sandbox. Its administrator is ADMIN with PASSWORD, in `abc123`."""

    def __init__(self, folder: Path, stack: ExitStack, servers_given: Mapping[str, str]) -> None:
        self._folder, self._stack = folder, stack
        self._keys = folder / "keys"
        self._port, carrier_port = servers.free_port(), servers.free_port()
        self.base_url, self.carrier_url = f"http://127.0.0.1:{self._port}", f"http://127.0.0.1:{carrier_port}"
        own = {"PUBLIC_URL": self.base_url, "BIND": f"127.0.0.1:{self._port}", "IOTDASH_VAR": str(folder)}
        kept = {name: PRODUCTION[name] for name in ("SECRET_KEY", "IOTDASH_DIGEST_KEY", "IOTDASH_ENV_FILE")}
        more = {"IOTDASH_OUTBOUND_ALLOW_LOOPBACK": "true", "WEB_CONCURRENCY": str(WEB_PROCESSES)}
        self._env = environment(**kept, **own, **more, **servers_given, IOTDASH_SECRET_KEYS_FILE=str(self._keys))
        self._carrier = ["manage.py", "sandbox", "controlcenter", "--port", str(carrier_port)]

    def start(self, *keys: str) -> None:
        self.set_keys(*keys)
        for queues in ("broker", "broker-control"):
            (self._folder / queues).mkdir()
        for command in ("migrate", "collectstatic"):
            self.manage(command, "--no-input", "-v", "0")
        self.manage("createcachetable")
        organization = ("Harbour", "--id", "abc123", "--admin", ADMIN, "--password-stdin")
        self.manage("createorganization", *organization, typed=PASSWORD)
        self._run("sandbox", *self._carrier)
        self._web = self._run("web", "-m", "gunicorn", "iotdash.wsgi")
        self._run("beat", "-m", "celery", "-A", "iotdash", "beat")
        self._worker = self._new_worker(0)
        wait_for(lambda: health(self._port) == "", PATIENCE_S)

    def set_keys(self, *keys: str) -> None:
        """In the file; processes that run do not notice."""
        draft = self._folder / "keys.new"
        draft.write_text("\n".join(keys) + "\n")
        draft.rename(self._keys)

    def restart(self) -> None:
        """One after the other, as in an installation that must not stop: the new one is up before the old one ends."""
        before = self._web_log().count("encryption keys:")
        ended = self._web_log().count("Worker exiting")
        self._web.send_signal(signal.SIGHUP)
        wait_for(lambda: self._web_log().count("encryption keys:") == before + WEB_PROCESSES, PATIENCE_S)
        wait_for(lambda: self._web_log().count("Worker exiting") == ended + WEB_PROCESSES, PATIENCE_S)
        old, self._worker = self._worker, self._new_worker(before)
        old.terminate()
        old.wait(timeout=PATIENCE_S)

    def manage(self, *argv: str, typed: str = "") -> subprocess.CompletedProcess:
        """Raises when the command fails."""
        command = [sys.executable, "manage.py", *argv]
        options = {"cwd": ROOT, "env": self._env, "capture_output": True, "text": True, "timeout": PATIENCE_S}
        return subprocess.run(command, input=typed, check=True, **options)

    def logs(self) -> str:
        return "".join(path.read_text() for path in self._folder.glob("*.log"))

    def _new_worker(self, number: int) -> subprocess.Popen:
        name = f"worker-{number}"
        options = ("--pool", "threads", "--hostname", f"{name}@%h", "--loglevel", "INFO")
        process = self._run(name, "-m", "celery", "-A", "iotdash", "worker", *options)
        wait_for(lambda: " ready." in (self._folder / f"{name}.log").read_text(), PATIENCE_S)
        return process

    def _web_log(self) -> str:
        return (self._folder / "web.log").read_text()

    def _run(self, name: str, *argv: str) -> subprocess.Popen:
        with (self._folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen([sys.executable, *argv], cwd=ROOT, env=self._env, stdout=log, stderr=log)
        self._stack.callback(end, process)
        return process


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Installation]:
    with ExitStack() as stack:
        yield Installation(folder, stack, {})


@contextmanager
def on_servers(folder: Path) -> Iterator[Installation]:
    """On PostgreSQL and Redis of its own."""
    with ExitStack() as stack:
        database = stack.enter_context(servers.postgresql())
        redis_url, _ = stack.enter_context(servers.redis(folder))
        yield Installation(folder, stack, {"DATABASE_URL": database, "REDIS_URL": redis_url})
