"""Where the mail server listens, worked out from the port of the HTTP side, so that one address tells all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

SMTP_OFFSET, SMTPS_OFFSET = 1000, 2000
HIGHEST = 65535
_TRIES = 50


class Ports(NamedTuple):
    """`smtp`: STARTTLS or none; `smtps`: implicit TLS."""

    http: int
    smtp: int
    smtps: int


def ports_of(http: int) -> Ports:
    sign = 1 if http + SMTPS_OFFSET <= HIGHEST else -1
    return Ports(http, http + sign * SMTP_OFFSET, http + sign * SMTPS_OFFSET)


class Listeners(NamedTuple):
    http: socket.socket
    smtp: socket.socket
    smtps: socket.socket


@contextmanager
def listening(host: str, port: int) -> Iterator[Listeners]:
    """All three ports, or OSError; port 0 takes any of which the other two are free as well."""
    with ExitStack() as stack:
        yield _listen(stack, host, port, 1 if port else _TRIES)


def _listen(stack: ExitStack, host: str, port: int, tries: int) -> Listeners:
    with ExitStack() as attempt:
        try:
            http = attempt.enter_context(socket.create_server((host, port)))
            further = ports_of(http.getsockname()[1])[1:]
            mail = [attempt.enter_context(socket.create_server((host, number))) for number in further]
        except OSError:
            if tries <= 1:
                raise
        else:
            for listener in mail:
                # Or each line of the answer to EHLO waits for the one before to be acknowledged, which takes 40 ms.
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stack.push(attempt.pop_all())
            return Listeners(http, *mail)
    return _listen(stack, host, port, tries - 1)
