"""What an SMTP server may refuse or break at each step: which error, whose words, and what is sure."""

from contextlib import suppress

import pytest
from email_world import PASSWORD, USERNAME, hanging, mail_server, scripted, talking

from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    ProviderError,
    Refused,
    Throttled,
)
from extensions.email import smtp_talk
from extensions.email.provider import Email

pytestmark = pytest.mark.slow

EMAIL = Email()

GREETING, HELLO, OK, GO_ON = (
    b"220 mail.example.com ESMTP\r\n",
    b"250 mail.example.com\r\n",
    b"250 Ok\r\n",
    b"354 Go\r\n",
)
TO_DATA = (GREETING, HELLO, OK, OK, GO_ON)


@pytest.fixture
def open_server(context_of):
    """A context for a server on this machine without TLS and sign-in."""
    known = {"method": "smtp", "host": "127.0.0.1", "security": "none"}
    return lambda port, **settings: context_of(**{**known, "port": port, **settings})


def failing(work) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        work()
    assert PASSWORD not in "\n".join([str(caught.value), caught.value.words, repr(caught.value)])
    return caught.value


def told(error: ProviderError) -> tuple:
    return type(error), getattr(error, "later", None), error.may_have_happened


# --- Replies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "reply", "expected"),
    [
        ("MAIL", "550 5.7.1 Sender is not yours", (AuthRejected, None, False)),
        ("MAIL", "530 5.7.0 Authentication required", (AuthRejected, None, False)),
        ("MAIL", "552 5.3.4 Message too big", (Refused, False, False)),
        ("MAIL", "451 4.3.0 Local error", (BadResponse, None, False)),
        ("MAIL", "421 4.3.2 Going down", (CannotConnect, None, False)),
        ("RCPT", "550 5.1.1 No such user here", (Refused, False, False)),
        ("RCPT", "554 5.7.1 Relay access denied", (Refused, False, False)),
        ("RCPT", "553 5.7.1 <a@b.example>: Sender address rejected: not yours", (AuthRejected, None, False)),
        ("RCPT", "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", (AuthRejected, None, False)),
        ("RCPT", "550 Authentication is required for relay", (AuthRejected, None, False)),
        (
            "RCPT",
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example",
            (CannotConnect, None, False),
        ),
        (
            "RCPT",
            "550 5.1.1 <a@b.example>: undeliverable: host mx.b.example said: 550 Sender address rejected",
            (Refused, False, False),
        ),
        ("RCPT", "530 5.7.0 Must authenticate", (AuthRejected, None, False)),
        ("RCPT", "450 4.2.0 Greylisted", (Refused, True, False)),
        ("RCPT", "452 4.2.2 Mailbox full", (Refused, True, False)),
        ("RCPT", "421 4.7.0 Too many connections", (Throttled, None, False)),
        ("RCPT", "450 4.2.1 Too many messages for this recipient", (Refused, True, False)),
        ("MAIL", "451 4.7.1 Rate limit exceeded", (Throttled, None, False)),
        ("RCPT", "999 What", (BadResponse, None, False)),
        ("DATA", "554 5.6.0 Looks like spam", (Refused, False, False)),
        ("DATA", "451 4.7.1 Try again later", (Refused, True, False)),
        ("DATA", "421 4.3.2 Going down", (CannotConnect, None, False)),
        (
            "DATA",
            "550 The from address does not match a verified Sender Identity.",
            (AuthRejected, None, False),
        ),
        ("DATA", "550 5.7.60 SMTP; Client does not have permissions", (AuthRejected, None, False)),
        ("DATA", "354 What", (BadResponse, None, True)),
    ],
)
def test_each_refusal_is_its_error_in_the_servers_words(open_server, mail, step, reply, expected):
    with mail_server(auth=False) as server:
        server.keeper.answers[step] = reply
        error = failing(lambda: EMAIL.send(open_server(server.port), mail))
    assert told(error) == expected
    code, _, words = reply.partition(" ")
    assert (error.code, error.words) == (code, words)
    assert server.keeper.envelopes == []


def test_a_server_that_passes_nothing_on_may_want_a_sign_in(open_server, mail):
    with mail_server(auth=False) as server:
        server.keeper.answers["RCPT"] = "554 5.7.1 Relay access denied"
        error = failing(lambda: EMAIL.send(open_server(server.port), mail))
    assert "enter user name and password" in error.sentence


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ([b"554 5.7.1 You are not welcome\r\n"], CannotConnect),
        ([b"421 4.3.2 Too busy\r\n"], CannotConnect),
        ([b"HTTP/1.1 400 Bad Request\r\n"], CannotConnect),
        ([b"\x00\xff\x00garbage\r\n"], CannotConnect),
        ([b"250 Not a greeting\r\n"], CannotConnect),
        ([b"220 " + b"x" * 9000 + b"\r\n"], CannotConnect),
        ([GREETING, b"502 What\r\n", b"502 What\r\n"], CannotConnect),
        ([GREETING, b"nonsense\r\n", b"nonsense\r\n"], BadResponse),
        ([GREETING, HELLO, b"502 5.5.1 What\r\n"], BadResponse),
        ([GREETING, HELLO, b"421 4.3.2 Going down\r\n"], CannotConnect),
        ([GREETING, HELLO, b"2\r\n"], BadResponse),
    ],
)
def test_a_check_tells_what_is_wrong_with_a_server(open_server, replies, expected):
    with talking(scripted(*replies)) as port:
        error = failing(lambda: EMAIL.check(open_server(port)))
    assert told(error) == (expected, None, False)


def test_an_old_server_without_extensions_will_do(open_server, mail):
    heard = []
    script = (GREETING, b"502 What\r\n", HELLO, OK, OK, GO_ON, b"250 Ok, taken\r\n", b"221 Bye\r\n")
    with talking(scripted(*script, heard=heard)) as port:
        taken = EMAIL.send(open_server(port), mail)
    assert taken.words == "250 Ok, taken"
    assert heard[:4] == [
        b"ehlo [127.0.0.1]\r\n",
        b"helo [127.0.0.1]\r\n",
        b"MAIL FROM:<admin@example.com>\r\n",
        b"RCPT TO:<new@example.com>\r\n",
    ]


def test_starttls_that_is_offered_and_then_refused_is_never_plain(context_of, mail):
    heard = []
    script = scripted(
        GREETING, b"250-mail.example.com\r\n250 STARTTLS\r\n", b"454 4.7.0 TLS not available\r\n", heard=heard
    )
    with talking(script) as port:
        settings = {"host": "127.0.0.1", "port": port, "security": "starttls"}
        context = context_of(method="smtp", **settings, username=USERNAME, password=PASSWORD)
        error = failing(lambda: EMAIL.send(context, mail))
    assert told(error) == (CannotConnect, None, False)
    assert (error.code, error.words) == ("454", "4.7.0 TLS not available")
    assert heard == [b"ehlo [127.0.0.1]\r\n", b"STARTTLS\r\n"]


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ([b"535 5.7.8 Bad credentials\r\n"], AuthRejected),
        ([b"534 5.7.9 Application-specific password required\r\n"], AuthRejected),
        ([b"334 \r\n", b"535 5.7.8 Bad\r\n"], AuthRejected),
        ([b"334 \r\n", b"454 4.7.0 Try later\r\n"], BadResponse),
        ([b"421 4.3.2 Going down\r\n"], CannotConnect),
        ([b"334 \r\n", b"454 4.7.0 Too many login attempts\r\n"], Throttled),
        ([b"334 \r\n", b"334 \r\n"], BadResponse),
    ],
)
def test_each_answer_to_a_sign_in_is_its_error(open_server, replies, expected):
    with talking(scripted(GREETING, b"250-mail.example.com\r\n250 AUTH PLAIN\r\n", *replies)) as port:
        error = failing(lambda: EMAIL.check(open_server(port, username=USERNAME, password=PASSWORD)))
    assert type(error) is expected


def test_the_servers_words_are_cut_and_hold_no_secret(open_server):
    encoded = "AHBvc3RtYXN0ZXIAY29ycmVjdCBob3JzZSBiYXR0ZXJ5"
    reply = f"535-5.7.8 No {PASSWORD}\r\n535-{encoded}\r\n535 {'x' * 1000}\r\n".encode()
    with talking(scripted(GREETING, b"250-mail.example.com\r\n250 AUTH PLAIN\r\n", b"334 \r\n", reply)) as port:
        error = failing(lambda: EMAIL.check(open_server(port, username=USERNAME, password=PASSWORD)))
    assert error.words.startswith("5.7.8 No … … xxx")
    assert len(error.words) == 300


# --- Endings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [1, 2, 3, 4])
def test_a_connection_that_ends_before_the_message_says_that_nothing_was_sent(open_server, mail, said):
    with talking(scripted(*TO_DATA[:said])) as port:
        error = failing(lambda: EMAIL.send(open_server(port), mail))
    assert told(error) == (CannotConnect, None, False)
    assert "closed the connection" in error.sentence


@hanging
def test_a_connection_that_ends_after_the_last_dot_may_have_been_a_yes(open_server, mail):
    heard = []
    with talking(scripted(*TO_DATA, b"", heard=heard)) as port:
        error = failing(lambda: EMAIL.send(open_server(port), mail))
    assert told(error) == (CannotConnect, None, True)
    assert "may have been sent" in error.sentence
    assert heard[-1] == b".\r\n"


@hanging
@pytest.mark.parametrize("reply", [b"nonsense\r\n", b"25\r\n", b"250-never ends\r\n", b"250 " + b"x" * 9000 + b"\r\n"])
def test_an_answer_of_no_sense_to_the_message_may_have_been_a_yes(open_server, mail, reply):
    with talking(scripted(*TO_DATA, reply)) as port:
        error = failing(lambda: EMAIL.send(open_server(port), mail))
    assert error.retry_helps
    assert error.may_have_happened


def test_a_goodbye_that_fails_takes_nothing_back(open_server, mail, monkeypatch):
    monkeypatch.setattr(smtp_talk, "_GOODBYE_SECONDS", 0.2)
    for goodbye in (b"", b"500 What\r\n", b"nonsense\r\n"):
        with talking(scripted(*TO_DATA, b"250 Taken\r\n", goodbye)) as port:
            assert EMAIL.send(open_server(port), mail).words == "250 Taken"


@hanging
def test_a_host_that_says_nothing_ends_at_the_deadline(open_server, mail):
    def silent(connection):
        connection.recv(1)

    with talking(silent) as port:
        error = failing(lambda: EMAIL.send(open_server(port), mail))
    assert told(error) == (CannotConnect, None, False)
    assert "sent no SMTP greeting" in error.sentence


@hanging
@pytest.mark.parametrize(("begin", "unsure"), [((), False), ((GREETING, HELLO), False), (TO_DATA, True)])
def test_a_dripping_host_ends_at_the_deadline(open_server, mail, begin, unsure):
    def drip(connection):
        connection.sendall(b"250-")
        connection.settimeout(0.02)
        for _ in range(500):
            connection.sendall(b"2")
            with suppress(TimeoutError):
                connection.recv(1)

    with talking(scripted(*begin, then=drip)) as port:
        error = failing(lambda: EMAIL.send(open_server(port), mail))
    assert told(error) == (CannotConnect, None, unsure)


def test_endless_answers_end_too(open_server, mail):
    def flood(connection):
        while True:
            connection.sendall(b"220-more\r\n" * 1000)

    with talking(flood) as port:
        error = failing(lambda: EMAIL.send(open_server(port), mail))
    assert told(error) == (BadResponse, None, False)


# --- No way there -----------------------------------------------------------------------------------------------------


def test_nobody_there_is_told_as_such(open_server, mail, closed_port):
    error = failing(lambda: EMAIL.send(open_server(closed_port), mail))
    assert told(error) == (CannotConnect, None, False)
    assert "refuses connections" in error.sentence


@pytest.mark.parametrize("host", ["10.20.30.40", "169.254.169.254", "192.168.1.1"])
def test_inner_addresses_are_refused_by_the_guard(open_server, mail, host):
    error = failing(lambda: EMAIL.send(open_server(25, host=host), mail))
    assert type(error) is CannotConnect
    assert "is not connected to because" in error.sentence


@pytest.mark.parametrize("port", [0, -1, 65536, "25", None, True, 25.0])
def test_what_is_no_port_is_not_connected_to(open_server, mail, port, calls):
    assert type(failing(lambda: EMAIL.send(open_server(port), mail))) is CannotConnect
    assert calls == []
