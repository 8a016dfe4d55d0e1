"""Conversations over a checked socket, for protocols other than HTTP."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from iotdash.lib.outbound.connections import CallState, DeadlineSocket
from iotdash.lib.outbound.errors import OutboundError
from iotdash.lib.outbound.guard import AddressPolicy
from iotdash.lib.outbound.http import CallRecord
from iotdash.lib.outbound.sockets import open_socket

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MOST_BYTES = 1024 * 1024


@contextmanager
def conversation(
    host: str,
    port: int,
    policy: AddressPolicy,
    *,
    before: Callable[[], None] | None = None,
    after: Callable[[CallRecord], None] | None = None,
    total_seconds: float = TOTAL_SECONDS,
) -> Iterator[socket.socket]:
    """A connected socket that is closed afterwards; also inside TLS, if a `tls_context` wraps it, it ends in time.

    `total_seconds` is counted from looking up the name: whatever waits then raises TimeoutError, however the other
    side drips; more than 1 MiB of answers raises AnswerTooLarge.
    `before` may wait or raise; `after` is told of it as of one call. Raises AddressRefused, ConnectFailed.
    """
    if before:
        before()
    started, failure, opened = time.monotonic(), None, None
    try:
        opened = _opened(host, port, CallState(policy, started + total_seconds, room=MOST_BYTES))
        yield opened
    except OutboundError as error:
        failure = error
        raise
    finally:
        if opened:
            _close(opened)
        if after:
            after(
                CallRecord("CONNECT", f"tcp://{host}:{port}", None, failure, time.monotonic() - started, bool(opened))
            )


def _opened(host: str, port: int, call: CallState) -> DeadlineSocket:
    opened = open_socket(host, port, call.policy, min(CONNECT_SECONDS, call.left()), kind=DeadlineSocket)
    opened.call = call
    # From now on only the deadline ends a wait.
    opened.settimeout(None)
    opened.shorten()
    return opened


def _close(opened: socket.socket) -> None:
    """Whoever wrapped it in TLS may have closed it already, or taken its descriptor along.

    `opened.close()` would not end it while a file made of it lives, as smtplib's does in the error that it raised.
    """
    try:
        socket.close(opened.detach())
    except (OSError, ssl.SSLError):
        return
