"""The short kill test with mail, with the real processes and a real mail server. `make chaos` is the long one.

The reports are left in `build/chaos/mail-…`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT
from tests.chaos.arguments import REPORTS

pytestmark = pytest.mark.slow
INVITATIONS, KILLS, MINUTES = 40, 2, 15


def fought(reports: Path, *more: str) -> subprocess.CompletedProcess:
    size = ["--invitations", str(INVITATIONS), "--kills", str(KILLS), "--minutes", str(MINUTES)]
    argv = [sys.executable, "-m", "tests.chaos.mail.run", *size, "--reports", str(reports), *more]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.xdist_group("chaos on files")
def test_invitations_survive_kills_on_nothing_but_files():
    done = fought(REPORTS / "mail-files")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{INVITATIONS} invitations, {KILLS} kills, on SQLite" in done.stdout


@pytest.mark.servers
@pytest.mark.xdist_group("chaos on servers")
def test_invitations_survive_kills_on_postgresql_and_redis():
    done = fought(REPORTS / "mail-servers", "--servers")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{INVITATIONS} invitations, {KILLS} kills, on PostgreSQL" in done.stdout
