"""Connections of urllib3 to checked addresses; they end at a deadline and know whether anything was sent."""

import functools
import math
import socket
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPResponse, RemoteDisconnected
from typing import Any, BinaryIO

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.certs import where
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import HTTPError

from iotdash.lib.outbound.errors import AnswerTooLarge, ConnectFailed, TlsFailed
from iotdash.lib.outbound.guard import AddressPolicy
from iotdash.lib.outbound.sockets import open_socket


@dataclass
class CallState:
    """What the session and the connection of its current call tell one another.

    `deadline` is an instant of time.monotonic(); `sent` is set before the first byte of the request goes out.
    `room` is how many bytes may still be read.
    """

    policy: AddressPolicy
    deadline: float = math.inf
    sent: bool = False
    room: float = math.inf

    def left(self) -> float:
        """Seconds until the deadline; TimeoutError when there are none."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("deadline")
        return seconds

    def note_read(self, size: int) -> None:
        """Raises AnswerTooLarge when there was no room for so many bytes."""
        self.room -= size
        if self.room < 0:
            raise AnswerTooLarge("The answers are larger than we read.")


class _DeadlineMixin:
    """Each wait is no longer than the call's deadline allows, so that a dripping answer ends."""

    call: CallState | None = None

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        self.shorten()
        read = super().recv(*args, **kwargs)
        if self.call:
            self.call.note_read(len(read))
        return read

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.shorten()
        size = super().recv_into(*args, **kwargs)
        if self.call:
            self.call.note_read(size)
        return size

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.shorten()
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.shorten()
        super().sendall(*args, **kwargs)

    def shorten(self) -> None:
        """Raises TimeoutError when the deadline has passed."""
        if self.call:
            self.settimeout(min(self.gettimeout() or math.inf, self.call.left()))


class DeadlineSocket(_DeadlineMixin, socket.socket):
    """`recv`, `recv_into`, `send` and `sendall` end at the deadline of `call`, if it has one."""


class _DeadlineTlsSocket(_DeadlineMixin, ssl.SSLSocket):
    pass


class _DeadlineContext(ssl.SSLContext):
    """What is wrapped keeps its deadline, which ends the handshake too."""

    sslsocket_class = _DeadlineTlsSocket

    def wrap_socket(self, sock: socket.socket, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        call = getattr(sock, "call", None)
        if call:
            sock.shorten()
        wrapped = super().wrap_socket(sock, *args, **kwargs)
        wrapped.call = call
        return wrapped


@functools.lru_cache(maxsize=64)
def tls_context(ca_pem: str | None) -> ssl.SSLContext:
    """Verifies name and chain by the public authorities, or by `ca_pem` alone. Raises TlsFailed if that is no PEM."""
    context = _DeadlineContext(ssl.PROTOCOL_TLS_CLIENT)
    # Only ASCII is taken. Tools write names around a certificate, in letters of their own.
    given = (ca_pem or "").encode("ascii", "replace").decode()
    try:
        context.load_verify_locations(cafile=None if given else where(), cadata=given or None)
    except (ssl.SSLError, ValueError) as error:
        raise TlsFailed("The certificate authority given is not a certificate in PEM form.") from error
    return context


class _WholeLines:
    """Lines of an answer's head. http.client takes the end of the connection for the end of the head."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readline(self, limit: int) -> bytes:
        line = self._file.readline(limit)
        if len(line) < limit and not line.endswith(b"\n"):
            raise RemoteDisconnected("The head of the answer was cut.")
        return line

    def close(self) -> None:
        self._file.close()


class _WholeHeadResponse(HTTPResponse):
    def begin(self) -> None:
        file = self.fp
        lines = self.fp = _WholeLines(file)
        try:
            super().begin()
        finally:
            if self.fp is lines:
                self.fp = file


class _GuardedMixin:
    response_class = _WholeHeadResponse

    def __init__(self, *args: Any, call: CallState, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call = call

    def _new_conn(self) -> socket.socket:
        timeout = min(float(self.timeout), self.call.left())
        opened = open_socket(self._dns_host, self.port, self.call.policy, timeout, kind=DeadlineSocket)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.call = self.call
        return opened

    def connect(self) -> None:
        try:
            super().connect()
        except (ssl.SSLError, HTTPError) as error:
            raise TlsFailed(_tls_words(self.host, error)) from error
        except TimeoutError as error:
            raise ConnectFailed(f"{self.host} did not answer in time.") from error
        except OSError as error:
            raise ConnectFailed(f"{self.host} closed the connection while it was being made.") from error

    def send(self, data: Any) -> None:
        # Connects here, not in http.client, so that a failure to connect is never taken for a lost answer.
        if self.sock is None:
            self.connect()
        self.sock.settimeout(min(float(self.timeout), self.call.left()))
        self.call.sent = True
        super().send(data)


class _GuardedConnection(_GuardedMixin, HTTPConnection):
    pass


class _GuardedTlsConnection(_GuardedMixin, HTTPSConnection):
    pass


class GuardedAdapter(HTTPAdapter):
    """Transport of a GuardedSession; never retries."""

    def __init__(self, call: CallState, context: ssl.SSLContext) -> None:
        self._call, self._context = call, context
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def cert_verify(self, *args: Any) -> None:
        """Nothing: our TLS context alone says whom to trust; requests would add the public authorities."""

    def get_connection_with_tls_context(
        self, request: PreparedRequest, *args: Any, **kwargs: Any
    ) -> HTTPConnectionPool:
        pool = super().get_connection_with_tls_context(request, *args, **kwargs)
        kind = _GuardedTlsConnection if pool.scheme == "https" else _GuardedConnection
        pool.ConnectionCls = functools.partial(kind, call=self._call)
        return pool


def _tls_words(host: str, error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {host} is not trusted: {error.verify_message}."
    return f"No secure connection to {host}: {getattr(error, 'reason', None) or error}."
