"""Faults over both protocols: what a caller sees, and what was really taken."""

import smtplib
import threading

import pytest
import requests
from sandbox_mail import NOW, mail_to, message_to

from extensions.email.sandbox import Kind
from extensions.email.sandbox.offer import FULL_KEY, MAILER

# Fault → HTTP status of the call (None: the connection broke), and whether the message was taken.
HTTP = {
    Kind.SLOW: (202, 1),
    Kind.CUT_BEFORE: (None, 0),
    Kind.CUT_AFTER: (None, 1),
    Kind.HTML: (502, 0),
    Kind.SERVER_ERROR: (500, 0),
    Kind.THROTTLE: (429, 0),
    Kind.EXPIRED_KEY: (401, 0),
    Kind.GARBAGE: (None, 1),
    Kind.WRONG_TYPE: (202, 1),
}
# The same over SMTP; None: no whole answer.
SMTP = {
    Kind.SLOW: (250, 1),
    Kind.CUT_BEFORE: (None, 0),
    Kind.CUT_AFTER: (None, 1),
    Kind.SERVER_ERROR: (451, 0),
    Kind.GARBAGE: (None, 1),
    Kind.WRONG_TYPE: (250, 1),
}


def status_of(call):
    try:
        return call().status_code
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return None


@pytest.mark.parametrize("kind", HTTP)
def test_sending_by_key_under_a_fault(sendgrid, controls, state, kind):
    status, taken = HTTP[kind]
    controls.fault(kind)
    assert status_of(lambda: sendgrid.send(mail_to())) == status
    assert (state.taken(), len(controls.inbox())) == (taken, taken)
    assert [(call.fault, call.taken) for call in state.calls()] == [(kind, taken)]
    assert state.calls()[0].status == (None if kind in (Kind.CUT_BEFORE, Kind.CUT_AFTER) else status or 202)


@pytest.mark.parametrize("kind", HTTP)
def test_checking_a_key_under_a_fault(sendgrid, controls, kind):
    controls.fault(kind)
    expected = HTTP[kind][0]
    assert status_of(lambda: sendgrid.call("GET", "/v3/scopes")) == (200 if expected == 202 else expected)


def test_a_limit_says_when_it_ends(sendgrid, controls):
    controls.fault("throttle", retry_after=7)
    assert sendgrid.send(mail_to()).headers["X-RateLimit-Reset"] == f"{NOW + 7:.0f}"


def test_a_refusal_of_ones_choice(sendgrid, controls):
    controls.fault("error", status=503, words="Down for maintenance", path="/v3/mail/*", times=1)
    assert sendgrid.call("GET", "/v3/scopes").status_code == 200
    reply = sendgrid.send(mail_to())
    assert (reply.status_code, reply.json()["errors"][0]["message"]) == (503, "Down for maintenance")
    assert sendgrid.send(mail_to()).status_code == 202


@pytest.mark.parametrize(("kind", "taken"), [("hang", 0), ("hang_after", 1)])
def test_a_hanging_call_is_let_go_when_the_fault_is_cleared(sendgrid, controls, state, kind, taken):
    fault = controls.fault(kind, times=1)
    ended = []
    caller = threading.Thread(target=lambda: ended.append(status_of(lambda: sendgrid.send(mail_to()))))
    caller.start()
    wait_until(lambda: state.calls())
    assert (ended, state.taken()) == ([], taken)
    assert controls.post("faults/clear", id=fault).json() == {"cleared": 1}
    caller.join(timeout=20)
    assert ended == [None]


def wait_until(true):
    """Asks the state, which another thread changes, until it is so."""
    for _ in range(2000):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("It never came to be so.")


@pytest.mark.parametrize("kind", SMTP)
def test_sending_by_smtp_under_a_fault(mail_server, controls, state, kind):
    code, taken = SMTP[kind]
    controls.fault(kind)
    try:
        mail_server.mail("admin@example.com")
        mail_server.rcpt("new@example.org")
        answer = mail_server.data(message_to().as_bytes())[0]
    except smtplib.SMTPServerDisconnected:
        answer = None
    assert (answer, state.taken(), len(controls.inbox())) == (code, taken, taken)


@pytest.mark.parametrize("kind", SMTP)
def test_checking_by_smtp_under_a_fault(mail_server, controls, kind):
    controls.fault(kind)
    try:
        answer = mail_server.noop()[0]
    except smtplib.SMTPServerDisconnected:
        answer = None
    assert answer == SMTP[kind][0]


def test_throttling_is_told_instead_of_the_greeting(connect, controls):
    controls.fault("throttle")
    with pytest.raises(smtplib.SMTPConnectError) as caught:
        connect()
    assert caught.value.smtp_code == 421


def test_a_page_instead_of_the_greeting(connect, controls):
    controls.fault("html")
    with pytest.raises(smtplib.SMTPException) as caught:
        connect()
    assert (caught.value.smtp_code, b"400 Bad Request" in caught.value.smtp_error) == (-1, True)


def test_expired_credentials_are_refused_whatever_they_are(connect, controls):
    controls.fault("expired_key")
    for login in ((MAILER.username, MAILER.password), ("apikey", FULL_KEY.key)):
        with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
            connect().login(*login)
        assert caught.value.smtp_code == 535


@pytest.mark.parametrize("step", ["connect", "auth", "mail", "rcpt", "message", "noop"])
def test_a_fault_can_meet_any_step_of_a_conversation(connect, controls, state, step):
    controls.fault("cut_before", path=f"smtp/{step}", times=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        converse(connect)
    assert (state.taken(), [call.path for call in state.calls() if call.fault]) == (0, [f"smtp/{step}"])
    converse(connect)
    assert state.taken() == 1


def converse(connect):
    conversation = connect()
    conversation.login(MAILER.username, MAILER.password)
    conversation.noop()
    for answer in (conversation.mail("admin@example.com"), conversation.rcpt("new@example.org")):
        assert answer[0] == 250
    assert conversation.data(message_to().as_bytes())[0] == 250


def test_a_code_of_ones_choice_at_a_step(mail_server, controls, state):
    controls.fault("error", path="smtp/mail", status=452, words="4.3.1 Insufficient system storage")
    with pytest.raises(smtplib.SMTPSenderRefused) as caught:
        mail_server.send_message(message_to())
    assert (caught.value.smtp_code, caught.value.smtp_error) == (452, b"4.3.1 Insufficient system storage")
    assert state.taken() == 0


@pytest.mark.parametrize(("kind", "taken"), [("hang", 0), ("hang_after", 1)])
def test_a_mail_server_that_hangs(mail_server, controls, state, kind, taken):
    controls.fault(kind)
    mail_server.mail("admin@example.com")
    mail_server.rcpt("new@example.org")
    mail_server.sock.settimeout(0.3)
    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
        mail_server.data(message_to().as_bytes())
    assert state.taken() == taken


def test_faults_of_http_leave_smtp_alone(mail_server, controls, state):
    controls.fault("cut_before", path="/v3/*")
    mail_server.send_message(message_to())
    assert state.taken() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "nonsense"},
        {"kind": "error"},
        {"kind": "slow", "seconds": -1},
        {"kind": "slow", "times": 0},
        {"kind": "slow", "colour": "red"},
        {"kind": "slow", "id": 3},
        {"kind": "slow", "seconds": "nan"},
    ],
)
def test_a_fault_that_cannot_be_is_refused_in_a_sentence(controls, values):
    reply = controls.post("faults", **values)
    assert reply.status_code == 422
    assert reply.json()["error"].endswith(".")
