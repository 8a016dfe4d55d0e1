"""When a call fails: was the request maybe sent? A write is repeated only when it was not."""

import socket
import struct
import time

import pytest

from iotdash.lib.outbound import AddressPolicy, AddressRefused, AnswerLost, ConnectFailed, TlsFailed
from tests.lib.raw_http import answering, read_request, session, url


def test_refused_connection_was_not_sent(closed_port):
    with pytest.raises(ConnectFailed, match="refuses connections") as failed:
        session().post(url(closed_port), data="x")
    assert not failed.value.maybe_sent


def test_inner_address_was_not_sent(serve):
    seen = []
    port = serve(answering(seen=seen))
    with pytest.raises(AddressRefused, match="loopback") as failed:
        session(policy=AddressPolicy()).get(url(port, scheme="https"))
    assert not failed.value.maybe_sent
    assert seen == []


@pytest.mark.parametrize("address", ["http://carrier.example/", "ftp://127.0.0.1/", "http://10.0.0.1/"])
def test_only_https_to_the_outside(address):
    with pytest.raises(AddressRefused):
        session().get(address)


@pytest.mark.parametrize("address", ["https://", "carrier.example", "https://exa mple/", "https://[::1", ""])
def test_what_is_no_url_is_refused(address):
    with pytest.raises(AddressRefused):
        session().get(address)


def test_a_hanging_handshake_was_not_sent(serve, release):
    port = serve(lambda connection: release.wait(5))
    with pytest.raises(ConnectFailed, match="in time") as failed:
        session(connect_timeout=0.2).post(url(port, scheme="https"), data="x")
    assert not failed.value.maybe_sent


def test_a_connection_closed_in_the_handshake_was_not_sent(serve):
    port = serve(lambda connection: None)
    with pytest.raises((TlsFailed, ConnectFailed)) as failed:
        session().post(url(port, scheme="https"), data="x")
    assert not failed.value.maybe_sent


def test_plain_http_behind_https_was_not_sent(serve):
    port = serve(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n"))
    with pytest.raises(TlsFailed) as failed:
        session().post(url(port, scheme="https"), data="x")
    assert not failed.value.maybe_sent


def close_at_once(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def close_after_request(connection):
    read_request(connection)


def cut_in_head(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")


def cut_after_a_header(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 202 Accepted\r\nX-A: b\r\n")


def cut_in_body(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour")


def cut_in_chunks(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")


def nonsense(connection):
    read_request(connection)
    connection.sendall(b"\x00\x01\x02 not http\r\n\r\n")


def bad_gzip(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope")


@pytest.mark.parametrize(
    "handler",
    [
        close_after_request,
        cut_in_head,
        cut_after_a_header,
        cut_in_body,
        cut_in_chunks,
        nonsense,
        bad_gzip,
    ],
)
def test_a_request_without_whole_answer_was_maybe_sent(serve, handler):
    with pytest.raises(AnswerLost) as failed:
        session().post(url(serve(handler)), data="x")
    assert failed.value.maybe_sent


def test_a_connection_that_is_reset_at_once_fails_before_or_after_sending(serve):
    """Which of the two, only the kernels know; a write is repeated only if it is the first."""
    with pytest.raises((AnswerLost, ConnectFailed)) as failed:
        session().post(url(serve(close_at_once)), data="x")
    assert failed.value.maybe_sent == isinstance(failed.value, AnswerLost)


def test_a_large_body_that_nobody_reads_was_maybe_sent(serve, release):
    port = serve(lambda connection: release.wait(5))
    with pytest.raises(AnswerLost) as failed:
        session(connect_timeout=0.3).post(url(port), data=b"x" * 20_000_000)
    assert failed.value.maybe_sent


def test_a_hang_after_the_request_was_maybe_sent(serve, release):
    def hang(connection):
        read_request(connection)
        release.wait(5)

    with pytest.raises(AnswerLost, match="did not answer in time"):
        session(read_timeout=0.2).post(url(serve(hang)), data="x")


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
def test_a_dripping_answer_ends_at_the_deadline(serve, release, start):
    def drip(connection):
        read_request(connection)
        connection.sendall(start or b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not release.wait(0.02):
            connection.sendall(b"a")

    began = time.monotonic()
    with pytest.raises(AnswerLost, match="did not answer in time"):
        session(total_timeout=0.4).get(url(serve(drip)))
    assert 0.3 < time.monotonic() - began < 1.5


def test_a_dripping_tls_answer_ends_at_the_deadline(serve, release, authority):
    def drip(connection):
        with authority.wrap(connection) as secure:
            read_request(secure)
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not release.wait(0.02):
                secure.sendall(b"a")

    began = time.monotonic()
    with pytest.raises(AnswerLost, match="did not answer in time"):
        session(total_timeout=0.6, ca_pem=authority.pem).get(url(serve(drip), scheme="https"))
    assert time.monotonic() - began < 2
