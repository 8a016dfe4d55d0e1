"""The connection under a request: waiting on it, seeing that the caller is gone, cutting it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from threading import Event
from typing import Any

_POLL_S = 0.05


class Cut(ConnectionAbortedError):
    """The connection ends here, without a reply."""


class Wire:
    """One connection. Every wait ends early when the sandbox stops."""

    def __init__(self, environ: dict[str, Any], stopping: Event) -> None:
        self._socket: socket.socket | None = environ.get("werkzeug.socket")
        self._stopping = stopping

    def wait(self, seconds: float) -> None:
        if seconds and self._stopping.wait(seconds):
            raise Cut

    def hang(self, seconds: float, holds: Callable[[], bool]) -> None:
        """Says nothing while `holds()`, for `seconds` at most (0: for ever), then cuts the connection."""
        until = time.monotonic() + (seconds or float("inf"))
        while holds() and time.monotonic() < until and not self._caller_left():
            if self._stopping.wait(_POLL_S):
                break
        raise Cut

    def cut(self) -> None:
        if self._socket is None:
            return
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the caller was quicker

    def _caller_left(self) -> bool:
        if self._socket is None:
            return False
        try:
            return self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
