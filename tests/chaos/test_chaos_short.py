"""The short kill test, with the real processes: a minute each. `make chaos` is the long one.

The reports are left in `build/chaos/short-…`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT
from tests.chaos.arguments import REPORTS

pytestmark = pytest.mark.slow
OPERATIONS, KILLS, MINUTES = 60, 6, 15


def fought(reports: Path, seed: int, *more: str) -> subprocess.CompletedProcess:
    size = ["--seed", str(seed), "--operations", str(OPERATIONS), "--kills", str(KILLS), "--minutes", str(MINUTES)]
    argv = [sys.executable, "-m", "tests.chaos.run", *size, "--reports", str(reports), *more]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)


def told(done: subprocess.CompletedProcess, reports: Path) -> str:
    histories = reports / "histories.txt"
    return done.stdout + done.stderr + (histories.read_text() if histories.exists() else "")


@pytest.mark.xdist_group("chaos on files")
def test_kills_lose_nothing_and_double_nothing_on_nothing_but_files():
    reports = REPORTS / "short-files"
    done = fought(reports, 6)
    assert done.returncode == 0, told(done, reports)
    assert f"{OPERATIONS} operations, {KILLS} kills, on SQLite" in done.stdout


@pytest.mark.servers
@pytest.mark.xdist_group("chaos on servers")
def test_kills_lose_nothing_and_double_nothing_on_postgresql_and_redis():
    reports = REPORTS / "short-servers"
    done = fought(reports, 36, "--servers")
    assert done.returncode == 0, told(done, reports)
    assert f"{OPERATIONS} operations, {KILLS} kills, on PostgreSQL" in done.stdout
