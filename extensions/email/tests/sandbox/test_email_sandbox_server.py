"""The sandbox as a process: its ports, its end, and what a kill leaves."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pytest
import requests
from sandbox_mail import SendGrid, mail_to, message_to

from extensions.email.sandbox import Control, ports_of, seed, serve
from extensions.email.sandbox.offer import MAILER
from extensions.email.sandbox.ports import listening

ROOT = Path(__file__).resolve().parents[4]
SERVE = """
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from extensions.email.sandbox import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]), ready=lambda port: print(port, flush=True))
"""


@pytest.fixture
def start(tmp_path):
    """Starts the sandbox as a process; gives the process and its HTTP port."""
    started = []

    def run(port=0):
        command = [sys.executable, "-c", SERVE, str(tmp_path), str(port)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process, int(process.stdout.readline().strip() or 0)

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def control(tmp_path):
    seed(tmp_path)
    control = Control(tmp_path)
    yield control
    control.close()


def deliver(port, recipient):
    """True if the mail server said that it took the message."""
    try:
        with smtplib.SMTP("127.0.0.1", ports_of(port).smtp, timeout=20, local_hostname="client") as conversation:
            conversation.login(MAILER.username, MAILER.password)
            conversation.send_message(message_to(recipient))
    except (OSError, smtplib.SMTPException):
        return False
    return True


def post(port, recipient):
    """True if the API said that it took the message."""
    try:
        return SendGrid(f"http://127.0.0.1:{port}").send(mail_to(recipient)).status_code == 202
    except requests.RequestException:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_even_with_calls_that_hang(start, control, number):
    process, port = start()
    requests.post(f"http://127.0.0.1:{port}/_sandbox/faults", json={"kind": "hang"}, timeout=20)
    conversation = smtplib.SMTP("127.0.0.1", ports_of(port).smtp, timeout=20, local_hostname="client")
    conversation.login(MAILER.username, MAILER.password)
    conversation.putcmd("noop")
    with pytest.raises(requests.ReadTimeout):
        SendGrid(f"http://127.0.0.1:{port}").send(mail_to(), timeout=0.2)
    process.send_signal(number)
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == ""
    conversation.close()


@pytest.mark.parametrize("way", [deliver, post])
def test_a_kill_loses_nothing_that_was_answered_and_doubles_nothing(start, control, way):
    process, port = start()
    people = [f"p{number}@example.org" for number in range(60)]
    with ThreadPoolExecutor(4) as senders:
        running = {senders.submit(way, port, person): person for person in people}
        for _, _ in zip(range(20), as_completed(running), strict=False):
            pass
        os.kill(process.pid, signal.SIGKILL)
        answered = {person for future, person in running.items() if future.result()}
    process.wait(timeout=20)
    kept = [message.recipient for message in control.messages()]
    assert 20 <= len(answered) < 60
    assert answered <= set(kept)
    assert len(set(kept)) == len(kept) == control.performed()


def test_it_comes_back_on_the_same_ports_with_all_it_had(start, control):
    process, port = start()
    assert deliver(port, "before@example.org")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=20)
    _, again = start(port)
    assert again == port
    assert deliver(port, "after@example.org")
    assert [message.recipient for message in control.messages()] == ["after@example.org", "before@example.org"]


def test_two_processes_look_at_one_inbox(start, control):
    _, port = start()
    post(port, "new@example.org")
    assert [message.recipient for message in control.messages("NEW@")] == ["new@example.org"]
    control.state.change_settings(max_message_bytes=10)
    assert not post(port, "new@example.org")


def test_ports_follow_from_the_first_one():
    assert ports_of(8000) == (8000, 9000, 10000)
    assert ports_of(65000) == (65000, 64000, 63000)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_taken_port_is_an_error(tmp_path, which):
    with listening("127.0.0.1", 0) as ports:
        port = ports.http.getsockname()[1]
    with socket.create_server(("127.0.0.1", ports_of(port)[which])), pytest.raises(OSError, match="in use"):
        serve(tmp_path, port=port)
    # What it had opened before it found out is free again.
    with listening("127.0.0.1", port) as ports:
        assert ports.http.getsockname()[1] == port


def test_any_port_is_one_of_which_the_others_are_free(monkeypatch):
    real, tried = socket.create_server, []

    def first_mail_port_is_taken(address):
        tried.append(address[1])
        if len(tried) == 2:
            raise OSError("taken")
        return real(address)

    monkeypatch.setattr(socket, "create_server", first_mail_port_is_taken)
    with listening("127.0.0.1", 0) as ports:
        port = ports.http.getsockname()[1]
        assert tried[2:] == [0, *ports_of(port)[1:]]


def test_lines_of_an_answer_do_not_wait_for_acknowledgements():
    """Without this each login takes 40 ms longer, and a thousand messages most of a minute."""
    with listening("127.0.0.1", 0) as ports:
        for listener in ports[1:]:
            assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_thousand_messages_in_one_call(sandbox, sendgrid, state):
    people = [{"to": [{"email": f"p{number}@example.org"}]} for number in range(1000)]
    assert sendgrid.send(mail_to(personalizations=people)).status_code == 202
    assert [message.recipient for message in state.messages(limit=2)] == ["p999@example.org", "p998@example.org"]
    assert (state.count(), state.taken()) == (1000, 1000)
