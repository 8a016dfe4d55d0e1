"""The short kill test with a job, with the real processes. `make chaos` is the long one.

The reports are left in `build/chaos/jobs-…`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT
from tests.chaos.arguments import REPORTS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("real processes")]
ITEMS, KILLS, MINUTES = 100, 4, 6


def fought(reports: Path, seed: int, *more: str) -> subprocess.CompletedProcess:
    size = ["--seed", str(seed), "--items", str(ITEMS), "--kills", str(KILLS), "--minutes", str(MINUTES)]
    argv = [sys.executable, "-m", "tests.chaos.jobs.run", *size, "--reports", str(reports), *more]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)


def test_a_job_survives_kills_on_nothing_but_files():
    done = fought(REPORTS / "jobs-files", 1)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{ITEMS} items, {KILLS} kills, on SQLite" in done.stdout


@pytest.mark.servers
def test_a_job_survives_kills_on_postgresql_and_redis():
    done = fought(REPORTS / "jobs-servers", 9, "--servers")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{ITEMS} items, {KILLS} kills, on PostgreSQL" in done.stdout
