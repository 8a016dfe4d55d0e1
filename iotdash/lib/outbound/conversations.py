"""Conversations over a checked socket, for protocols other than HTTP."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from iotdash.lib.outbound.errors import OutboundError
from iotdash.lib.outbound.guard import AddressPolicy
from iotdash.lib.outbound.http import CallRecord
from iotdash.lib.outbound.sockets import open_socket

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0


@contextmanager
def conversation(
    host: str,
    port: int,
    policy: AddressPolicy,
    *,
    before: Callable[[], None] | None = None,
    after: Callable[[CallRecord], None] | None = None,
) -> Iterator[socket.socket]:
    """A connected socket that is closed afterwards; each read waits 15 s at most.

    `before` may wait or raise; `after` is told of it as of one call. Raises AddressRefused, ConnectFailed.
    """
    if before:
        before()
    started, failure, opened = time.monotonic(), None, None
    try:
        opened = open_socket(host, port, policy, CONNECT_SECONDS)
        opened.settimeout(READ_SECONDS)
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


def _close(opened: socket.socket) -> None:
    """Whoever wrapped it in TLS may have closed it already, or taken its descriptor along."""
    try:
        opened.close()
    except (OSError, ssl.SSLError):
        return
