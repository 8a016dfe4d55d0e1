"""What the tests of this folder agree on, and the mail servers that they talk to."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from socket import SHUT_RDWR, create_server, socket
from typing import BinaryIO

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SENDER = {"sender_name": "Site Admin", "sender_address": "admin@example.com"}
API_KEY = "SG." + "k" * 22 + "." + "s" * 43
hanging = pytest.mark.parametrize("seconds", [0.5])
USERNAME, PASSWORD = "postmaster", "correct horse battery"


class Keeper:
    """Keeps what it was sent. `answers` maps a command to the reply that is given instead of the usual one."""

    def __init__(self) -> None:
        self.envelopes, self.answers, self.said = [], {}, []

    async def handle_MAIL(self, server, session, envelope, address, options):
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        if "DATA" in self.answers:
            return self.answers["DATA"]
        envelope.over_tls = server.transport.get_extra_info("ssl_object") is not None
        envelope.signed_in = session.authenticated
        self.envelopes.append(envelope)
        return "250 2.0.0 Ok: queued as 4bXyZ1"

    async def handle_NOOP(self, server, session, envelope, argument):
        return self.answers.get("NOOP", "250 2.0.0 Ok")

    async def handle_QUIT(self, server, session, envelope):
        self.said.append("QUIT")
        return self.answers.get("QUIT", "221 2.0.0 Bye")


class Authenticator:
    """Knows one account, whose `password` may change; keeps who tried. `refusal`, if any, is the reply to everybody."""

    def __init__(self) -> None:
        self.tries, self.refusal, self.password = [], None, PASSWORD

    def __call__(self, server, session, envelope, mechanism, auth_data) -> AuthResult:
        assert isinstance(auth_data, LoginPassword)
        self.tries.append((mechanism, auth_data.login.decode(), auth_data.password.decode()))
        right = (auth_data.login.decode(), auth_data.password.decode()) == (USERNAME, self.password)
        return AuthResult(success=right and not self.refusal, handled=False, message=self.refusal)


class Server(Controller):
    """An aiosmtpd on a free port of this machine; `keeper` and `authenticator` are what tests look at."""

    def __init__(self, keeper: Keeper, authenticator: Authenticator, smtp: dict, **kwargs) -> None:
        self._smtp = smtp
        super().__init__(keeper, hostname="127.0.0.1", port=0, server_hostname="mail.example.com", **kwargs)
        self.keeper, self.authenticator = keeper, authenticator

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="mail.example.com", **self._smtp)

    def _trigger_server(self) -> None:
        # aiosmtpd asks the port it was told; here the system chose one.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(
    tls: ssl.SSLContext | None = None, *, implicit: bool = False, auth: bool = True, **smtp
) -> Iterator[Server]:
    """Offers STARTTLS with `tls`, or is in TLS from the start; asks for a sign-in if `auth`."""
    authenticator = Authenticator()
    options = {"enable_SMTPUTF8": True, **smtp}
    if auth:
        secured = tls is not None
        options |= {"authenticator": authenticator, "auth_required": True, "auth_require_tls": secured and not implicit}
    if tls and not implicit:
        options |= {"tls_context": tls}
    server = Server(Keeper(), authenticator, options, ssl_context=tls if implicit else None)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def talking(handle: Callable[[socket], None]) -> Iterator[int]:
    """A port where `handle` gets each connection; for what no mail server does."""
    listener, threads = create_server(("127.0.0.1", 0)), []
    threads.append(threading.Thread(target=_accept, args=(listener, handle, threads), daemon=True))
    threads[0].start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(SHUT_RDWR)
        listener.close()
        # What a test looks at afterwards has been heard then.
        for thread in threads:
            thread.join(timeout=5)


def _accept(listener: socket, handle: Callable[[socket], None], threads: list[threading.Thread]) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threads.append(threading.Thread(target=_handle, args=(connection, handle), daemon=True))
            threads[-1].start()


def _handle(connection: socket, handle: Callable[[socket], None]) -> None:
    with suppress(OSError), connection:
        handle(connection)


def scripted(
    *replies: bytes, heard: list[bytes] | None = None, then: Callable[[socket], None] | None = None
) -> Callable[[socket], None]:
    """Says the first reply at once, and another to each line; then hangs up when it hears one more, or does `then`.

    After "354" the lines of the message are taken in silence, until the one with a dot alone.
    """

    def handle(connection: socket) -> None:
        lines, in_message = connection.makefile("rb"), False
        for number, reply in enumerate(replies):
            if number and not _heard(lines, in_message, heard):
                return
            in_message = reply.startswith(b"354")
            connection.sendall(reply)
        if then is None or not replies or _heard(lines, in_message, heard):
            (then or _one_more)(connection)

    def _one_more(connection: socket) -> None:
        connection.recv(65536)

    return handle


def _heard(lines: BinaryIO, in_message: bool, heard: list[bytes] | None) -> bool:
    """Reads a line, or the whole of a message. False if the other side hung up."""
    for line in lines:
        if heard is not None:
            heard.append(line)
        if not in_message or line == b".\r\n":
            return True
    return False
