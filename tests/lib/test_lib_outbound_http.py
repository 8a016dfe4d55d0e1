"""What a guarded session does to a real server on loopback, above all: was the request maybe sent?"""

import datetime as dt
import gzip
import ipaddress
import socket
import ssl
import struct
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from iotdash.lib.outbound import (
    AddressPolicy,
    AddressRefused,
    AnswerLost,
    AnswerTooLarge,
    ConnectFailed,
    GuardedSession,
    TlsFailed,
    open_socket,
)
from iotdash.lib.outbound.connections import tls_context

LOOPBACK = AddressPolicy(allow_loopback=True)


def read_request(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(head=b"HTTP/1.1 200 OK", body=b"fine", headers=(), seen=None):
    def handler(connection):
        while True:
            request = read_request(connection)
            if seen is not None:
                seen.append(request)
            lines = [head, b"Content-Length: %d" % len(body), *headers]
            connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)

    return handler


def session(**kwargs):
    return GuardedSession(kwargs.pop("policy", LOOPBACK), **{"read_timeout": 2.0, **kwargs})


def url(port, path="/", scheme="http", host="127.0.0.1"):
    return f"{scheme}://{host}:{port}{path}"


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_an_answer_comes_back_whole(serve):
    seen = []
    answer = session().post(url(serve(answering(seen=seen)), "/a?b=c"), json={"x": 1})
    assert (answer.status_code, answer.text) == (200, "fine")
    assert seen[0].startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert b"\r\nUser-Agent: iotdash\r\n" in seen[0]
    assert seen[0].endswith(b'{"x": 1}')


# --- not sent ---


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


# --- maybe sent ---


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


# --- size ---


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


# --- what a session does not do ---


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


# --- hooks ---


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


def test_a_before_hook_that_raises_stops_the_call(serve):
    class NoSlot(Exception):
        pass

    def refuse():
        raise NoSlot

    seen, records = [], []
    with pytest.raises(NoSlot):
        session(before_call=refuse, after_call=records.append).get(url(serve(answering(seen=seen))))
    assert (seen, records) == ([], [])


# --- TLS ---


class Authority:
    """A certificate authority and one server certificate for 127.0.0.1 and carrier.example."""

    def __init__(self, folder):
        self.key, server_key = (
            ec.generate_private_key(ec.SECP256R1()),
            ec.generate_private_key(ec.SECP256R1()),
        )
        authority = self._certificate("Test authority", self.key, "Test authority", ca=True)
        server = self._certificate("carrier.example", server_key, "Test authority", ca=False)
        self.pem = authority.public_bytes(serialization.Encoding.PEM).decode()
        chain = folder / "server.pem"
        private = server_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        chain.write_bytes(private + server.public_bytes(serialization.Encoding.PEM))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain)
        self.names = []
        self.context.sni_callback = lambda sock, name, context: self.names.append(name)

    def wrap(self, connection):
        return self.context.wrap_socket(connection, server_side=True)

    def _certificate(self, name, key, issuer, *, ca):
        now = dt.datetime.now(dt.UTC)
        names = [x509.DNSName("carrier.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        usage = x509.KeyUsage(True, False, False, False, False, ca, ca, False, False)
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self.key, hashes.SHA256())
        )


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls_port(serve, authority):
    def handler(connection):
        with authority.wrap(connection) as secure:
            answering()(secure)

    return serve(handler)


def test_an_untrusted_certificate_is_refused_before_sending(tls_port):
    with pytest.raises(TlsFailed, match="not trusted") as failed:
        session().post(url(tls_port, scheme="https"), data="x")
    assert not failed.value.maybe_sent


def test_verification_cannot_be_switched_off_by_a_caller(tls_port):
    with pytest.raises(TlsFailed):
        session().get(url(tls_port, scheme="https"), verify=False)


def test_a_custom_authority_is_trusted(tls_port, authority):
    answer = session(ca_pem=authority.pem).get(url(tls_port, scheme="https"))
    assert answer.text == "fine"


def test_a_custom_authority_replaces_the_public_ones(tls_port, authority):
    session(ca_pem=authority.pem).get(url(tls_port, scheme="https"))
    assert tls_context(authority.pem).cert_store_stats()["x509"] == 1


def test_name_and_certificate_belong_to_the_name_not_the_address(tls_port, authority, monkeypatch):
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1", *a, **k))
    guarded = session(ca_pem=authority.pem)
    assert guarded.get(url(tls_port, scheme="https", host="carrier.example")).status_code == 200
    assert authority.names[-1] == "carrier.example"
    with pytest.raises(TlsFailed, match=r"other\.example"):
        guarded.get(url(tls_port, scheme="https", host="other.example"))


def test_a_broken_authority_is_named():
    with pytest.raises(TlsFailed, match="PEM"):
        session(ca_pem="-----BEGIN CERTIFICATE-----\nnope\n-----END CERTIFICATE-----\n")


# --- sockets ---


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
