"""`python -m tests.chaos.jobs.run`: a job, and kills while it runs, from an empty installation to the report."""

import secrets
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.architecture.house import ROOT
from tests.chaos.jobs.arguments import parser
from tests.chaos.run import environment, given, install

# The carrier's list is read once; what synchronisation makes of kills is the business of the other kill test.
SYNC_MINUTES = "600"


def main() -> int:
    chosen = parser().parse_args()
    chosen.seed = chosen.seed or secrets.randbelow(10**6) + 1
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-jobs-")))
        env = stack.enter_context(environment(folder, on_servers=chosen.servers))
        env = {**env, "IOTDASH_SYNC_MINUTES": SYNC_MINUTES}
        install(Path(env["IOTDASH_VAR"]), env)
        # In a process of its own: where pytest is imported, as here, settings are those of tests.
        fight = [sys.executable, "-m", "tests.chaos.jobs.fight", *given(chosen)]
        failed = subprocess.run(fight, env=env, cwd=ROOT).returncode
        shutil.copytree(folder / "var/log", chosen.reports / "log", dirs_exist_ok=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
