"""What a provider gets for one piece of work: settings, a clock, a guarded HTTP session; no request, rows or tasks."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from socket import socket
from typing import Any

from requests import Session

Connect = Callable[[str, int], AbstractContextManager[socket]]


def _no_sockets(host: str, port: int) -> AbstractContextManager[socket]:
    raise NotImplementedError("This context was made without sockets.")


@dataclass(frozen=True)
class Context:
    """`settings` are the extension configuration's, secrets decrypted. `device` is the device's own part, may be empty.

    `http` refuses unsafe addresses, follows no redirects, has timeouts, and takes the account's turn before each call;
    it raises the errors of `iotdash.lib.outbound`, which the provider turns into the contract's.
    `connect(host, port)` is the same for other protocols than HTTP: `with context.connect(host, port) as sock` has a
    connected socket with a timeout, and counts as one call. It raises AddressRefused or ConnectFailed.
    `now()` is the current instant, with zone.
    """

    settings: Mapping[str, Any] = field(repr=False)
    http: Session
    now: Callable[[], datetime]
    device: Mapping[str, Any] = field(default_factory=dict)
    connect: Connect = _no_sockets
