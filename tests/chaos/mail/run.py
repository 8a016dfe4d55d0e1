"""`python -m tests.chaos.mail.run`: invitations, and kills among them, from an empty installation to the report."""

import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.architecture.house import ROOT
from tests.chaos.mail.arguments import parser
from tests.chaos.run import environment, install


def main() -> int:
    chosen = parser().parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-mail-")))
        env = stack.enter_context(environment(folder, on_servers=chosen.servers))
        env = {**env, "IOTDASH_INVITATIONS_PER_DAY": str(chosen.invitations)}
        install(Path(env["IOTDASH_VAR"]), env)
        # In a process of its own: where pytest is imported, as here, settings are those of tests.
        fight = [sys.executable, "-m", "tests.chaos.mail.fight", *sys.argv[1:]]
        failed = subprocess.run(fight, env=env, cwd=ROOT).returncode
        shutil.copytree(folder / "var/log", chosen.reports / "log", dirs_exist_ok=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
