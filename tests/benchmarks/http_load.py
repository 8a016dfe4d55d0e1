"""Requests over kept connections, with as little work of their own as can be: plain sockets, prepared bytes."""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

HOST = "127.0.0.1"
TIMEOUT_S = 60


class Unexpected(Exception):
    """Another status than 2xx: then its time means nothing."""


@dataclass(frozen=True)
class Round:
    """`seconds` for all together; `times`: of each request, in milliseconds; `processor`: seconds of the server's."""

    seconds: float
    times: Sequence[float]
    processor: float

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    @property
    def processor_ms(self) -> float:
        """Of one request."""
        return self.processor * 1000 / len(self.times)


class Connection:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """The body."""
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 2"):
            raise Unexpected(f"{request[:200]!r} was answered {head[:200]!r} {body[:500]!r}")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return body

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> bytes:
        more = self._socket.recv(1 << 18)
        if not more:
            raise ConnectionError("The server closed the connection.")
        return more


def request(method: str, path: str, authorization: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: {authorization}\r\n"
    sent = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{head}{sent}\r\n".encode() + body


def ask_all(connections: Sequence[Connection], prepared: Sequence[Sequence[bytes]]) -> tuple[float, list[float]]:
    """Each connection its own requests, all at the same time. Seconds in all, and milliseconds of each request."""
    times: list[float] = []
    failed: list[Exception] = []

    def work(connection: Connection, requests: Sequence[bytes]) -> None:
        try:
            times.extend([_timed(connection, each) for each in requests])
        except (OSError, Unexpected) as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(connections, prepared, strict=True)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return time.perf_counter() - began, times


def _timed(connection: Connection, sent: bytes) -> float:
    began = time.perf_counter()
    connection.ask(sent)
    return (time.perf_counter() - began) * 1000
