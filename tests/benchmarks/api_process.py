"""The web process of `bench_api`: one gunicorn worker on this process's own database."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from django.conf import settings

from tests.benchmarks.http_load import HOST
from tests.demo import servers

PATIENCE_S = 120
BODIES = "BENCH_API_BODIES"


@dataclass(frozen=True)
class Server:
    port: int
    master: int

    def processor_seconds(self) -> float:
        """What its worker's threads have used so far: in nanoseconds, because a round is a few ticks of the clock."""
        worker = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()[0]
        threads = Path(f"/proc/{worker}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e9


@contextmanager
def serving(bodies: Path) -> Iterator[Server]:
    """`bodies`: where bare views find what they answer."""
    port = servers.free_port()
    own = {"BIND": f"{HOST}:{port}", "WEB_CONCURRENCY": "1", "IOTDASH_REST_PER_SECOND": "0", BODIES: str(bodies)}
    argv = [sys.executable, "-m", "gunicorn", "--log-level", "warning", "tests.benchmarks.api_server:application"]
    process = subprocess.Popen(argv, cwd=settings.BASE_DIR, env=os.environ | own)
    try:
        _wait(port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def _wait(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            requests.get(f"http://{HOST}:{port}/readyz", timeout=PATIENCE_S).raise_for_status()
            return
        except requests.RequestException:
            time.sleep(0.2)
    raise TimeoutError(f"Waited {PATIENCE_S} s for the server.")
