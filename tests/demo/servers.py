"""Throw-away PostgreSQL and Redis servers for tests marked `servers`, on free ports, in a temporary folder.

A machine without them skips such tests visibly; with CI=true it fails.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

# Sorts and compares as a language does, like most real servers: what relies on code points must say so.
_LANGUAGE = ("--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PostgreSQL:
    """A server that a test may stop, as by pulling its plug, and start again at the same address."""

    def __init__(self, folder: str) -> None:
        binaries, port = _postgresql_binaries(), free_port()
        data = f"{folder}/data"
        self.url = f"postgres://iotdash@127.0.0.1:{port}/postgres"
        self._control = [f"{binaries}/pg_ctl", "-D", data, "-w", "-l", f"{folder}/log"]
        self._options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
        _as_postgres([f"{binaries}/initdb", "-D", data, "-U", "iotdash", "-A", "trust", "-E", "UTF8", *_LANGUAGE])

    def start(self) -> None:
        _as_postgres([*self._control, "-o", self._options, "start"])

    def stop(self) -> None:
        _as_postgres([*self._control, "-m", "immediate", "stop"])


class Redis:
    """A server that keeps nothing: stopped, it has forgotten everything."""

    def __init__(self, folder: Path) -> None:
        program, port = _program("redis-server"), free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        self._argv = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._argv, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


@contextmanager
def postgresql_server() -> Iterator[PostgreSQL]:
    """A running server with an empty database. Its folder is its own: PostgreSQL refuses to run as root."""
    with TemporaryDirectory() as folder:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        server = PostgreSQL(folder)
        server.start()
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):
                server.stop()


@contextmanager
def redis_server(folder: Path) -> Iterator[Redis]:
    server = Redis(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def postgresql() -> Iterator[str]:
    """Yields the URL of an empty database."""
    with postgresql_server() as server:
        yield server.url


@contextmanager
def redis(folder: Path) -> Iterator[tuple[str, Redis]]:
    """Yields URL and server, which a test may stop."""
    with redis_server(folder) as server:
        yield server.url, server


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
