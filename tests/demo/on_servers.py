"""Runs Python beside throw-away servers, whose addresses it finds in DATABASE_URL and REDIS_URL.

python -m tests.demo.on_servers -m pytest -q
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.demo import servers


def run(*arguments: str) -> int:
    """Python's exit code. Where servers are missing nothing is run: 0, or 1 with CI=true."""
    try:
        with TemporaryDirectory() as folder, servers.postgresql() as database, servers.redis(Path(folder)) as redis:
            env = os.environ | {"DATABASE_URL": database, "REDIS_URL": redis[0]}
            return subprocess.run([sys.executable, *arguments], env=env).returncode
    except pytest.skip.Exception as missing:
        sys.stderr.write(f"Skipped: {missing} Debian: apt-get install postgresql redis-server\n")
        return 0
    except pytest.fail.Exception as missing:
        sys.stderr.write(f"{missing}\n")
        return 1


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
