"""Children are watched, restarted with a word about it, and never left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from iotdash.demo.processes import Command
from iotdash.demo.state import CannotStart
from iotdash.demo.supervisor import Supervisor, commands, health
from tests.architecture.house import ROOT

pytestmark = pytest.mark.slow

# A child that has a child of its own, both of which only end when they are told to; notes both process ids.
FAMILY = """
import os, pathlib, signal, subprocess, sys
grandchild = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {grandchild.pid}")
signal.pause()
"""
# The same, deaf to SIGTERM.
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + FAMILY
SUPERVISE = f"""
import os, pathlib, sys
from iotdash.demo.processes import Command
from iotdash.demo.supervisor import Supervisor
folder = pathlib.Path(sys.argv[1])
supervisor = Supervisor(os.environ, folder, folder / "log", lambda line: None)
with supervisor.stopping_on_signals():
    supervisor.start(Command("family", [sys.executable, "-c", {FAMILY!r}, str(folder / "pids")]))
    supervisor.watch()
"""


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        threading.Event().wait(0.02)


def alive(pid: int) -> bool:
    """Whether a process still runs; one that ended and was not collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def pids(path: Path) -> list[int]:
    wait_for(lambda: path.exists() and len(path.read_text().split()) == 2)
    return [int(pid) for pid in path.read_text().split()]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path, said) -> Supervisor:
    return Supervisor(os.environ, tmp_path, tmp_path / "log", said.append)


def family(path: Path, code: str = FAMILY) -> Command:
    return Command("family", [sys.executable, "-c", code, str(path)])


def test_leaving_stops_children_and_grandchildren(supervisor, tmp_path):
    with supervisor.stopping_on_signals():
        supervisor.start(family(tmp_path / "pids"))
        found = pids(tmp_path / "pids")
        assert all(alive(pid) for pid in found)
    wait_for(lambda: not any(alive(pid) for pid in found))


def test_a_child_that_ignores_the_request_is_killed(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr("iotdash.demo.supervisor.STOP_WITHIN_S", 0.3)
    with supervisor.stopping_on_signals():
        supervisor.start(family(tmp_path / "pids", DEAF))
        found = pids(tmp_path / "pids")
    wait_for(lambda: not any(alive(pid) for pid in found))


def test_a_child_that_dies_is_started_again_and_its_family_cleared(supervisor, said, tmp_path):
    path = tmp_path / "pids"
    with supervisor.stopping_on_signals():
        supervisor.start(family(path))
        child, grandchild = pids(path)
        path.unlink()
        os.kill(child, signal.SIGKILL)
        watching = threading.Thread(target=supervisor.watch)
        watching.start()
        again = pids(path)
        supervisor.stop.set()
        watching.join()
        wait_for(lambda: not alive(grandchild))
        assert child not in again
    assert len(said) == 1
    assert said[0].startswith("family ended (signal SIGKILL); starting it again in 1 s.")


def test_the_pause_before_a_restart_grows(supervisor, said, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("iotdash.demo.processes.time.monotonic", lambda: now[0])
    child = supervisor._child(Command("broken", [sys.executable, "-c", "raise SystemExit(3)"]))
    child.start()
    for _ in range(3):
        child._process.wait()
        child.keep_running(said.append)
        now[0] += 40
        child.keep_running(said.append)
    child._process.wait()
    assert [line.split("; ")[1].split(". ")[0] for line in said] == [
        f"starting it again in {seconds} s" for seconds in (1, 2, 4)
    ]
    assert "exit code 3" in said[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_process_is_left_however_the_supervisor_ends(tmp_path, number):
    if number is signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux tells children that their parent was killed")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", SUPERVISE, str(tmp_path)], env=env, cwd=ROOT)
    child, grandchild = pids(tmp_path / "pids")
    process.send_signal(number)
    process.wait(timeout=120)
    wait_for(lambda: not alive(child))
    if number is signal.SIGKILL:
        # Ended by its parent in the product; this one's does not look after it.
        os.kill(grandchild, signal.SIGTERM)
    wait_for(lambda: not alive(grandchild))


def test_a_preparation_that_fails_says_its_last_words(supervisor):
    broken = Command("prepare", [sys.executable, "-c", "raise SystemExit('The disk is full.')"])
    with supervisor.stopping_on_signals(), pytest.raises(CannotStart, match="prepare failed: The disk is full"):
        supervisor.run_once(broken)


def test_a_preparation_that_succeeds_is_not_run_again(supervisor, tmp_path):
    count = (
        "import pathlib, sys; p = pathlib.Path(sys.argv[1]); p.write_text(p.read_text() + 'x' if p.exists() else 'x')"
    )
    with supervisor.stopping_on_signals():
        supervisor.run_once(Command("prepare", [sys.executable, "-c", count, str(tmp_path / "count")]))
        supervisor._keep_children()
    assert (tmp_path / "count").read_text() == "x"


def test_health_of_a_demo_that_is_not_there(unused_port):
    assert health(unused_port) == "The web process does not answer."


def test_health_names_what_is_down(httpserver):
    body = {"status": "not up", "parts": {"database": "up", "cache": "The cache does not answer."}}
    httpserver.expect_request("/healthz").respond_with_json(body, status=503)
    assert health(httpserver.port) == "The cache does not answer."


def test_every_sandbox_is_one_process():
    names = [command.name for command in commands({"one": 4001, "two": 4002})]
    assert names == ["sandbox-one", "sandbox-two", "web", "worker"]


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
