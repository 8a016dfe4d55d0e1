"""IBM's own client, unmodified and in an environment of its own, against the running product by HTTPS."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from iotdash.demo import state
from tests.architecture.house import ROOT
from tests.demo import servers
from tests.demo.test_demo_supervisor import wait_for
from tests.demo.test_real_processes import demo

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("real processes")]
CLIENT = Path(__file__).parent / "client"
MAKE_KEY = """
from iotdash.audit.services import Source
from iotdash.organizations.keys import services
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import Role
maker = Membership.objects.get(organization__public_id="demo01", user__email="admin@example.com")
made = services.make(Source(maker.user.email, "demo01"), maker, "A program of old", Role(maker.role))
print(f"KEY {made.key.public_id} {made.token}")
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the client's program says of each step."""
    python = python_of_the_client()
    var, port, tls_port = tmp_path_factory.mktemp("product") / "var", servers.free_port(), servers.free_port()
    with demo(var, port):
        environment = dict(state.environment(state.load(var), var, port))
        key, token = manage(environment, "shell", "-c", MAKE_KEY).partition("KEY ")[2].split()
        with served_by_https(environment, tls_port):
            client = {
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(CLIENT),
                "WIOTP_AUTH_KEY": key,
                "WIOTP_AUTH_TOKEN": token,
                "WIOTP_OPTIONS_DOMAIN": f"localhost:{tls_port}",
                "REQUESTS_CA_BUNDLE": str(var / "tls/ca.pem"),
            }
            done = subprocess.run([python, str(CLIENT / "program.py")], env=client, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def python_of_the_client() -> str:
    """Of pytest's processes one installs it, where they are not told to keep a group together; the others wait."""
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build/wiotp.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        done = subprocess.run(["sh", str(ROOT / "scripts/wiotp.sh")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def manage(environment: dict[str, str], *argv: str) -> str:
    command = [sys.executable, "manage.py", *argv]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def served_by_https(environment: dict[str, str], port: int) -> Iterator[None]:
    command = [sys.executable, "manage.py", "dev_tls", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        wait_for(lambda: not state.port_is_free(port))
        yield
    finally:
        process.terminate()
        process.wait(120)


def test_device_types(told):
    assert told["types"] == {
        "made": ["valve", "Water valve", "Device", {"site": "north"}, "Acme"],
        "changed": "Valve of the north",
        "there": [True, False],
        "listed": told["types"]["listed"],
        "again": [409, told["types"]["again"][1]],
    }
    assert "valve" in told["types"]["listed"]


def test_devices(told):
    found = told["devices"]
    assert found["one"] == ["valve", "v-first", True, True]
    assert found["many"] == [60, True, 60]
    client_id, type_id, device_id, manufacturer, metadata = found["found"]
    assert (client_id, type_id, device_id) == ("d:demo01:valve:v-first", "valve", "v-first")
    # Of the type, because nothing else was given.
    assert (manufacturer, metadata) == ("Acme", {"site": "north"})
    assert found["changed"][:2] == ["10087", "Acme"]
    assert found["there"] == [True, False]
    assert found["twice"] == [False]


def test_lists_of_more_than_one_page(told):
    expected = sorted(["v-first", *(f"v{number:03d}" for number in range(60))])
    assert told["devices"]["of_type"] == expected
    assert told["devices"]["of_all"] == expected


def test_location(told):
    assert told["location"] == {
        "before": None,
        "after": [51.02, -1.39, True, True],
        "wrong": [400, "CUDRS0007E"],
        "managed": None,
    }


def test_diagnostics(told):
    found = told["diagnostics"]
    assert found["length"] == [2, 1]
    assert ["pressure is low", 1, "2026-03-01T09:00:00+00:00"] in found["logs"]
    assert ["pressure is right", 0, "2026-03-01T09:00:00+00:00"] in found["logs"]
    assert found["code"] == [17, "2026-03-01T09:00:00+00:00"]
    assert found["wrong"] == [400, "CUDRS0007E"]
    assert found["cleared"] == [0, 0]


def test_connections_and_events(told):
    found = told["connections"]
    assert found == {"states": [], "unknown": False, "log": [], "event": [404, found["event"][1]], "events": []}


def test_the_organization(told):
    found = told["organization"]
    region, *colours = found["status"]
    assert region == "us"
    assert set(colours) <= {"green", "orange", "red"}
    assert found["usage"] == ["2026-03-01", "2026-03-02", 0, 0, 2]
    assert found["short"] == 0


def test_removal(told):
    found = told["removal"]
    assert found["removed"] == [60, True]
    assert found["in_use"] == [409, found["in_use"][1]]
    assert found["gone"] is False
