"""Throw-away PostgreSQL and Redis servers for tests marked `servers`, on free ports, in a temporary folder.

A machine without them skips such tests visibly; with CI=true it fails.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def postgresql() -> Iterator[str]:
    """Yields the URL of an empty database. Its folder is its own: PostgreSQL refuses to run as root."""
    binaries = _postgresql_binaries()
    port = free_port()
    with TemporaryDirectory() as folder:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        data = f"{folder}/data"
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
        control = [f"{binaries}/pg_ctl", "-D", data, "-w", "-l", f"{folder}/log"]
        _as_postgres([f"{binaries}/initdb", "-D", data, "-U", "iotdash", "-A", "trust", "-E", "UTF8"])
        _as_postgres([*control, "-o", options, "start"])
        try:
            yield f"postgres://iotdash@127.0.0.1:{port}/postgres"
        finally:
            _as_postgres([*control, "-m", "immediate", "stop"])


@contextmanager
def redis(folder: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """Yields URL and process, which a test may stop."""
    program, port = _program("redis-server"), free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        process.terminate()
        process.wait()


def _program(name: str) -> str:
    path = shutil.which(name)
    return path or _missing(name)


def _administration_program(name: str) -> str:
    """Also from where an ordinary PATH does not look."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin") or _missing(name)


def _postgresql_binaries() -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return str(found[-1].parent if found else Path(on_path).parent if on_path else _missing("PostgreSQL"))


def _missing(what: str) -> str:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not installed.")
    pytest.skip(f"{what} is not installed.")


def _as_postgres(argv: list[str]) -> None:
    prefix = [_administration_program("runuser"), "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*prefix, *argv], check=True, stdout=subprocess.DEVNULL, cwd="/")
