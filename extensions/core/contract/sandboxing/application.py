"""A sandbox as a WSGI application: whatever it serves, cut connections, and an orderly end."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Condition, Event
from typing import Any, Protocol

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from .wire import Cut, Wire

LONGEST_GOODBYE_S = 3.0


class Clocked(Protocol):
    """The state of a sandbox, as far as its server must know it."""

    def now(self) -> Any: ...

    def close(self) -> None: ...


class Application(ABC):
    """Calls over a `state`. `close()` ends hangs and waits, gives running calls a moment, and closes the state.

    `max_body_bytes`: the largest body that is read, None for any.
    """

    max_body_bytes: int | None = 1024 * 1024

    def __init__(self, state: Clocked) -> None:
        self.state = state
        self._stopping = Event()
        self._idle = Condition()
        self._running = 0

    @abstractmethod
    def respond(self, request: Request, wire: Wire) -> Response:
        """The answer to one call; what it raises as an HTTP exception is answered as one. Cut ends the connection."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = self.max_body_bytes
        wire = Wire(environ, self._stopping)
        with self._counted():
            try:
                response = self._respond(request, wire)
            except Cut:
                wire.cut()
                raise
            return response(environ, start_response)

    def close(self) -> None:
        self._stopping.set()
        until = time.monotonic() + LONGEST_GOODBYE_S
        with self._idle:
            self._idle.wait_for(lambda: not self._running, until - time.monotonic())
        self.state.close()

    def _respond(self, request: Request, wire: Wire) -> Response:
        try:
            return self.respond(request, wire)
        except HTTPException as error:
            return error.get_response(request.environ)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._idle:
            self._running += 1
        try:
            yield
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()
