"""The two ways to run, with real processes: the demo on nothing, and a real installation on PostgreSQL and Redis."""

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from iotdash.demo.supervisor import health
from tests.architecture.house import ROOT
from tests.demo import servers
from tests.demo.processes import end, environment
from tests.demo.test_demo_supervisor import wait_for
from tests.demo.test_environment import PRODUCTION

PATIENCE_S = 180

pytestmark = pytest.mark.xdist_group("real processes")


def get(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def processes_with(folder: Path) -> list[int]:
    """Processes whose environment names this folder as IOTDASH_VAR."""
    mark = f"IOTDASH_VAR={folder}\0".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes() + b"\0":
                found.append(int(process.name))
        except OSError:
            continue
    return found


@contextmanager
def demo(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen, str]]:
    """A demo that is up, with what it printed."""
    argv = [sys.executable, "manage.py", "demo", "--port", str(port)]
    env = environment(IOTDASH_VAR=str(folder))
    env.pop("PYTHONUNBUFFERED", None)
    with (folder.parent / "out").open("w+") as out:
        process = subprocess.Popen(argv, env=env, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)

        def printed() -> str:
            return Path(out.name).read_text()

        try:
            wait_for(lambda: "Stop with Ctrl-C" in printed() or process.poll() is not None, PATIENCE_S)
            assert process.poll() is None, printed()
            yield process, printed()
        finally:
            process.terminate()
            process.wait(timeout=120)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_the_demo_comes_up_answers_and_leaves_nothing_behind(tmp_path):
    folder, port = tmp_path / "var", servers.free_port()
    with demo(folder, port) as (process, printed):
        assert f"http://127.0.0.1:{port}/" in printed
        password = json.loads((folder / "demo.json").read_text())["password"]
        assert password in printed
        assert get(port, "/healthz", Host="anything").status == 200
        assert get(port, "/accounts/login/").status == 200
        assert len(processes_with(folder)) >= 4
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) == 0
        assert processes_with(folder) == []
    with demo(folder, port) as (process, printed):
        assert password in printed
        process.kill()
        wait_for(lambda: processes_with(folder) == [])


@pytest.mark.slow
def test_a_taken_port_is_said_plainly(tmp_path, httpserver):
    argv = [sys.executable, "manage.py", "demo", "--port", str(httpserver.port)]
    env = environment(IOTDASH_VAR=str(tmp_path / "var"))
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert f"Port {httpserver.port} is in use. Try another: make demo PORT={httpserver.port + 1}" in done.stderr


@pytest.mark.slow
@pytest.mark.servers
def test_a_real_installation_serves_on_postgresql_and_redis(tmp_path):
    port = servers.free_port()
    with ExitStack() as stack:
        database = stack.enter_context(servers.postgresql())
        redis_url, redis = stack.enter_context(servers.redis(tmp_path))
        own = {"DATABASE_URL": database, "REDIS_URL": redis_url, "IOTDASH_VAR": str(tmp_path / "var")}
        env = environment(**(PRODUCTION | own), BIND=f"127.0.0.1:{port}")
        for command in ("migrate", "collectstatic"):
            subprocess.run(
                [sys.executable, "manage.py", command, "--no-input", "-v", "0"], env=env, cwd=ROOT, check=True
            )
        for program in (
            ["gunicorn", "iotdash.wsgi"],
            ["celery", "-A", "iotdash", "worker", "--pool", "threads"],
            ["celery", "-A", "iotdash", "beat", "--pidfile", ""],
        ):
            stack.enter_context(running(program, env, tmp_path))
        wait_for(lambda: health(port) == "", PATIENCE_S)
        assert get(port, "/readyz", Host="10.0.0.9").status == 200
        assert get(port, "/accounts/login/", Host="iot.example.com").status == 301
        forwarded = {"Host": "iot.example.com", "X-Forwarded-Proto": "https"}
        assert get(port, "/accounts/login/", **forwarded).status == 200
        redis.stop()
        assert "The broker does not answer." in health(port)
        assert get(port, "/readyz").status == 200


@contextmanager
def running(program: list[str], env: dict[str, str], folder: Path) -> Iterator[None]:
    """A process of the installation; its log lines are JSON."""
    log = folder / f"{program[-1]}.log"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", *program], env=env, cwd=ROOT, stdout=out, stderr=out)
    try:
        yield
    finally:
        end(process)
