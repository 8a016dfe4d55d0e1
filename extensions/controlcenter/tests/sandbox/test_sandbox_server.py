"""The sandbox as a process: it stops when told, and a kill loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pytest
import requests

from extensions.controlcenter.sandbox import Account, Sim, State, serve

ROOT = Path(__file__).resolve().parents[4]
AUTH = ("editor", "key")
ICCIDS = [f"89882000000000{number:05d}" for number in range(20)]
SERVE = """
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from extensions.controlcenter.sandbox import serve
serve(Path(sys.argv[1]), ready=lambda port: print(port, flush=True))
"""


@pytest.fixture
def start(tmp_path):
    """Starts the sandbox as a process; gives the process and its address."""
    started = []

    def run():
        command = [sys.executable, "-c", SERVE, str(tmp_path)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process, f"http://127.0.0.1:{process.stdout.readline().strip()}"

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def seeded(tmp_path):
    state = State(tmp_path)
    account = Account("editor", "pw", "key", "licence", "1")
    state.seed([account], [Sim(iccid, "ACTIVATED", "EU", "1") for iccid in ICCIDS])
    state.change_settings(rate_limit=0)
    yield state
    state.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_even_with_a_hanging_call(start, seeded, number):
    process, url = start()
    requests.post(f"{url}/_sandbox/faults", json={"kind": "hang"}, timeout=20)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{url}/rws/api/v1/echo/x", auth=AUTH, timeout=0.2)
    process.send_signal(number)
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == ""


def send(url, iccid):
    """Sends a message; None if the connection broke."""
    address = f"{url}/rws/api/v1/devices/{iccid}/smsMessages"
    try:
        return requests.post(address, json={"messageText": "x"}, auth=AUTH, timeout=20).json()["smsMessageId"]
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return None


def test_a_kill_loses_nothing_and_doubles_nothing(start, seeded):
    process, url = start()
    answered = [send(url, iccid) for iccid in ICCIDS[:5]]
    requests.post(f"{url}/_sandbox/faults", json={"kind": "hang_after", "times": 1}, timeout=20)
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{url}/rws/api/v1/devices/{ICCIDS[5]}/smsMessages", json={"messageText": "x"}, auth=AUTH, timeout=1
        )
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=20)
    _, url = start()
    answered += [send(url, iccid) for iccid in ICCIDS[6:8]]
    performed = [one for call in seeded.calls() for one in call.performed]
    assert [one.iccid for one in performed] == ICCIDS[:8]
    assert {one.sms_id for one in performed} == {message.id for message in seeded.messages()}
    assert set(answered) < {one.sms_id for one in performed}


def test_a_kill_in_the_middle_of_writes_keeps_change_and_log_together(start, seeded):
    process, url = start()
    with ThreadPoolExecutor(4) as senders:
        running = [senders.submit(send, url, iccid) for iccid in ICCIDS]
        next(as_completed(running))
        os.kill(process.pid, signal.SIGKILL)
        answered = {one.result() for one in running} - {None}
    ids = [message.id for message in seeded.messages()]
    performed = [one.sms_id for call in seeded.calls() for one in call.performed]
    assert sorted(ids) == sorted(performed)
    assert len(set(ids)) == len(ids)
    assert answered <= set(ids)


def test_a_taken_port_is_an_error(start, tmp_path):
    _, url = start()
    with pytest.raises(OSError, match="in use"):
        serve(tmp_path / "other", port=int(url.rsplit(":", 1)[1]))
