"""The real processes of the product, started for the browser tests: web, worker with beat, and the sandbox."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from iotdash.demo import state
from tests.architecture.house import ROOT
from tests.demo import servers
from tests.demo.test_demo_supervisor import wait_for
from tests.demo.test_real_processes import demo, processes_with
from tests.e2e.sandbox_control import SandboxControl

PASSWORD = "harbour lights 27"
STOPPED_WITHIN_S = 120


@dataclass(frozen=True)
class Product:
    """`password` signs in the sample's people; people of `organization()` have PASSWORD."""

    var: Path
    base_url: str
    password: str
    sandbox: SandboxControl
    environment: Mapping[str, str]

    def organization(self, public_id: str, name: str, email: str) -> str:
        """A fresh organization by `manage.py createorganization`, with a new administrator; returns its id."""
        argv = ["createorganization", name, "--id", public_id, "--admin", email, "--password-stdin"]
        self.manage(*argv, typed=f"{PASSWORD}\n")
        return public_id

    def manage(self, *argv: str, typed: str = "") -> str:
        """Runs a command of `manage.py` on the product's data; returns what it printed."""
        command = [sys.executable, "manage.py", *argv]
        done = subprocess.run(
            command, cwd=ROOT, env=dict(self.environment), input=typed, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    """A product that answers, with sample data in `folder`. No process of it is left afterwards."""
    var, port = folder / "var", servers.free_port()
    with demo(var, port):
        kept = state.load(var)
        sandbox = SandboxControl(f"http://{state.HOST}:{kept.ports['controlcenter']}")
        # Tests add one account under two users, each in a lane of its own: together they would be throttled.
        sandbox.set(rate_limit=100)
        yield Product(
            var=var,
            base_url=f"http://{state.HOST}:{port}",
            password=json.loads((var / "demo.json").read_text())["password"],
            sandbox=sandbox,
            environment=state.environment(kept, var, port),
        )
    if sys.platform == "linux":
        wait_for(lambda: processes_with(var) == [], STOPPED_WITHIN_S)
