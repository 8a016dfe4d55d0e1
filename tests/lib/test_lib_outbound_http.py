"""What a guarded session does to a real server on loopback."""

import gzip
import socket

import pytest

from iotdash.lib.outbound import (
    AddressPolicy,
    AddressRefused,
    AnswerTooLarge,
    ConnectFailed,
    open_socket,
)
from tests.lib.raw_http import LOOPBACK, answering, read_request, session, url


def test_an_answer_comes_back_whole(serve):
    seen = []
    answer = session().post(url(serve(answering(seen=seen)), "/a?b=c"), json={"x": 1})
    assert (answer.status_code, answer.text) == (200, "fine")
    assert seen[0].startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert b"\r\nUser-Agent: iotdash\r\n" in seen[0]
    assert seen[0].endswith(b'{"x": 1}')


def test_an_oversized_answer_is_given_up(serve):
    with pytest.raises(AnswerTooLarge, match="1,000 bytes") as failed:
        session(max_body=1000).get(url(serve(answering(body=b"x" * 1001))))
    assert failed.value.maybe_sent
    assert len(session(max_body=1000).get(url(serve(answering(body=b"x" * 1000)))).content) == 1000


def test_the_size_counts_after_decompression(serve):
    bomb = gzip.compress(b"\0" * 20_000_000)
    port = serve(answering(body=bomb, headers=[b"Content-Encoding: gzip"]))
    with pytest.raises(AnswerTooLarge):
        session(max_body=100_000).get(url(port))


def test_redirects_are_shown_and_not_followed(serve):
    seen = []
    target = serve(answering(seen=seen))
    location = b"Location: " + url(target).encode()
    answer = session().get(url(serve(answering(b"HTTP/1.1 302 Found", headers=[location]))))
    assert (answer.status_code, answer.headers["Location"]) == (302, url(target))
    assert seen == []


def test_a_redirect_with_an_endless_body_is_bounded_too(serve, release):
    def endless(connection):
        read_request(connection)
        head = b"HTTP/1.1 302 Found\r\nLocation: https://example.org/\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head + b"800\r\n" + b"x" * 2048 + b"\r\n")
        release.wait(5)

    with pytest.raises(AnswerTooLarge):
        session(max_body=1000, read_timeout=0.5).get(url(serve(endless)))


def test_cookies_are_not_kept(serve):
    seen = []
    port = serve(answering(headers=[b"Set-Cookie: a=b; Path=/"], seen=seen))
    with session() as guarded:
        guarded.get(url(port))
        guarded.get(url(port))
    assert not any(b"Cookie:" in request for request in seen)


def test_proxies_of_the_environment_are_not_used(serve, closed_port, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", url(closed_port))
    monkeypatch.setenv("http_proxy", url(closed_port))
    assert session().get(url(serve(answering()))).status_code == 200


def test_a_proxy_given_by_the_caller_is_not_used(serve, closed_port):
    answer = session().get(url(serve(answering())), proxies={"http": url(closed_port)})
    assert answer.status_code == 200


def test_the_name_is_looked_up_once_and_its_checked_address_used(serve, monkeypatch):
    port = serve(answering())
    real, lookups = socket.getaddrinfo, []

    def rebinding(host, *args, **kwargs):
        lookups.append(host)
        return real("127.0.0.1" if len(lookups) == 1 else "10.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    policy = AddressPolicy(allow_loopback=True, allowed_hosts=frozenset({"carrier.example"}))
    assert session(policy=policy).get(url(port, host="carrier.example")).status_code == 200
    assert lookups == ["carrier.example"]


def test_the_host_header_keeps_the_name(serve, monkeypatch):
    seen = []
    port = serve(answering(seen=seen))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1", *a, **k))
    policy = AddressPolicy(allowed_hosts=frozenset({"carrier.example"}))
    session(policy=policy).get(url(port, host="carrier.example"))
    assert f"\r\nHost: carrier.example:{port}\r\n".encode() in seen[0]


def test_a_write_never_uses_a_kept_connection(serve):
    connections = []

    def handler(connection):
        connections.append(connection)
        answering()(connection)

    port = serve(handler)
    with session() as guarded:
        guarded.get(url(port))
        guarded.get(url(port))
        assert len(connections) == 1
        guarded.put(url(port), data="x")
        assert len(connections) == 2


def test_hooks_see_each_call_without_its_query_and_credentials(serve, closed_port):
    order, records = [], []
    guarded = session(before_call=lambda: order.append("before"), after_call=records.append)
    port = serve(answering(seen=order))
    guarded.get(f"http://user:pass@127.0.0.1:{port}/sims?key=secret#part")
    with pytest.raises(ConnectFailed):
        guarded.get(url(closed_port, "/x"))
    assert order[0] == "before"
    done, failed = records
    assert (done.method, done.url, done.status, done.error, done.sent) == (
        "GET",
        f"http://127.0.0.1:{port}/sims",
        200,
        None,
        True,
    )
    assert failed.status is None
    assert isinstance(failed.error, ConnectFailed)
    assert not failed.sent
    assert 0 <= failed.seconds < 5


def test_a_witness_sees_each_call_whole_and_after_the_pace_was_noted(serve, closed_port):
    order, seen = [], []

    def witness(*call):
        order.append("witness")
        seen.append(call)

    guarded = session(after_call=lambda record: order.append("after"), witness=witness)
    guarded.post(url(serve(answering()), "/sims?key=secret"), data="asked", headers={"X-Token": "t"})
    with pytest.raises(ConnectFailed):
        guarded.get(url(closed_port))
    assert order == ["after", "witness"] * 2
    (record, request, response), (lost, _, nothing) = seen
    assert (record.status, request.body, request.headers["X-Token"]) == (200, "asked", "t")
    assert request.url.endswith("/sims?key=secret")
    assert response.status_code == 200
    assert (nothing, type(lost.error)) == (None, ConnectFailed)


def test_a_before_hook_that_raises_stops_the_call(serve):
    class NoSlot(Exception):
        pass

    def refuse():
        raise NoSlot

    seen, records = [], []
    with pytest.raises(NoSlot):
        session(before_call=refuse, after_call=records.append).get(url(serve(answering(seen=seen))))
    assert (seen, records) == ([], [])


def test_an_open_socket_talks_and_keeps_its_timeout(serve):
    port = serve(lambda connection: connection.sendall(b"220 ready\r\n"))
    with open_socket("127.0.0.1", port, LOOPBACK, timeout=1.5) as opened:
        assert opened.recv(100) == b"220 ready\r\n"
        assert opened.gettimeout() == 1.5


def test_an_open_socket_is_guarded(closed_port):
    with pytest.raises(AddressRefused):
        open_socket("127.0.0.1", closed_port, AddressPolicy())
    with pytest.raises(ConnectFailed, match="refuses connections"):
        open_socket("127.0.0.1", closed_port, LOOPBACK)
