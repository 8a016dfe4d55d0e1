"""Conversations end at their deadline and at their limit, whatever the other side does, inside TLS too."""

import contextlib
import ssl
import threading
import time

import pytest

from iotdash.lib.outbound import (
    AddressPolicy,
    AddressRefused,
    AnswerTooLarge,
    ConnectFailed,
    conversation,
    tls_context,
)

pytestmark = pytest.mark.slow

LOOPBACK = AddressPolicy(allow_loopback=True)
# In tests a deadline is short, and far shorter than what the other side would go on for.
DEADLINE = 0.4


def talk(port, **kwargs):
    return conversation("127.0.0.1", port, LOOPBACK, **{"total_seconds": DEADLINE, **kwargs})


def wrap(opened, authority):
    return tls_context(authority.pem).wrap_socket(opened, server_hostname="127.0.0.1")


def drip(connection, release):
    with contextlib.suppress(OSError):
        for _ in range(250):
            if release.wait(0.02):
                return
            connection.sendall(b"2")


def read_line(opened):
    with opened.makefile("rb") as lines:
        return lines.readline()


def read_pieces(opened):
    """As protocols do that know no lines."""
    while opened.recv(10_000):
        pass


READERS = pytest.mark.parametrize("read", [read_line, read_pieces])


def assert_ends_in_time(work):
    with pytest.raises(TimeoutError):
        work()


def test_what_both_sides_say_arrives_and_the_socket_is_closed(serve):
    heard = []

    def handler(connection):
        connection.sendall(b"220 hello\r\n")
        heard.append(connection.recv(100))
        heard.append(connection.recv(100))

    with talk(serve(handler), total_seconds=5) as opened:
        assert read_line(opened) == b"220 hello\r\n"
        opened.sendall(b"EHLO\r\n")
    assert opened.fileno() == -1


@READERS
def test_a_dripping_server_ends_at_the_deadline(serve, release, read):
    with talk(serve(lambda connection: drip(connection, release))) as opened:
        assert_ends_in_time(lambda: read(opened))


@READERS
def test_a_dripping_server_ends_at_the_deadline_inside_tls(serve, release, authority, read):
    def handler(connection):
        with authority.wrap(connection) as secure:
            drip(secure, release)

    with talk(serve(handler)) as opened, wrap(opened, authority) as secure:
        assert_ends_in_time(lambda: read(secure))


def test_a_handshake_that_is_never_answered_ends_at_the_deadline(serve, release, authority):
    with talk(serve(lambda connection: release.wait(5))) as opened:
        assert_ends_in_time(lambda: wrap(opened, authority))


def test_a_handshake_has_no_more_time_than_is_left(serve, release, authority):
    """Waiting before it does not prolong the whole."""

    def handler(connection):
        connection.sendall(b"2")
        release.wait(5)

    with talk(serve(handler)) as opened:
        opened.recv_into(bytearray(1))
        opened.settimeout(60)
        assert_ends_in_time(lambda: wrap(opened, authority))


def test_a_server_that_does_not_read_ends_at_the_deadline(serve, release):
    with talk(serve(lambda connection: release.wait(5))) as opened:
        assert_ends_in_time(lambda: opened.sendall(b"x" * 50_000_000))


def test_nothing_waits_after_the_deadline(serve, release):
    with talk(serve(lambda connection: drip(connection, release))) as opened:
        opened.call.deadline = time.monotonic() - 1
        for work in (lambda: read_line(opened), lambda: opened.sendall(b"x"), lambda: opened.send(b"x")):
            with pytest.raises(TimeoutError):
                work()


@READERS
@pytest.mark.parametrize("secured", [False, True])
def test_endless_answers_end_at_the_limit(serve, authority, secured, read):
    def handler(connection):
        other = authority.wrap(connection) if secured else connection
        with contextlib.suppress(OSError, ssl.SSLError):
            for _ in range(1000):
                other.sendall(b"250-more" * 1000)

    records = []

    def read_all():
        with talk(serve(handler), total_seconds=10, after=records.append) as opened:
            wrapped = wrap(opened, authority) if secured else opened
            with wrapped:
                read(wrapped)

    with pytest.raises(AnswerTooLarge):
        read_all()
    assert isinstance(records[0].error, AnswerTooLarge)


def test_it_ends_though_a_file_made_of_it_is_kept(serve):
    ended = threading.Event()
    port = serve(lambda connection: connection.recv(10) or ended.set())
    with talk(port) as opened:
        kept = opened.makefile("rb")
    assert ended.wait(5)
    with pytest.raises(OSError, match="Bad file descriptor"):
        kept.read()


def test_it_counts_as_one_call(serve):
    records, turns = [], []
    port = serve(lambda connection: connection.recv(10))
    with talk(port, before=lambda: turns.append(1), after=records.append):
        assert (turns, records) == ([1], [])
    (record,) = records
    assert (record.method, record.url) == ("CONNECT", f"tcp://127.0.0.1:{port}")
    assert record.sent
    assert record.error is None


def test_a_connection_that_does_not_come_about_was_not_sent(closed_port):
    records = []
    with pytest.raises(ConnectFailed, match="refuses"), talk(closed_port, after=records.append):
        pytest.fail("It cannot be open.")
    assert not records[0].sent
    assert isinstance(records[0].error, ConnectFailed)


def test_inner_addresses_are_refused(serve):
    seen = []
    port = serve(lambda connection: seen.append(connection.recv(10)))
    with pytest.raises(AddressRefused), conversation("127.0.0.1", port, AddressPolicy()):
        pytest.fail("It must not be open.")
    assert seen == []


def test_without_a_turn_nothing_is_opened(serve):
    seen, records = [], []

    def no_turn():
        raise LookupError

    port = serve(lambda connection: seen.append(1))
    with pytest.raises(LookupError), talk(port, before=no_turn, after=records.append):
        pytest.fail("It must not be open.")
    assert (seen, records) == ([], [])


def test_a_failure_inside_is_not_hidden_and_the_call_is_told(serve):
    records = []
    with pytest.raises(ZeroDivisionError), talk(serve(lambda connection: None), after=records.append):
        _ = 1 // 0
    assert len(records) == 1
