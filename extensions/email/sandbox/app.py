"""The HTTP side of the sandbox as a WSGI application."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Condition, Event
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from .control import Control
from .rest.exchange import PREFIX, Exchange
from .state import State
from .wire import Cut, Wire

LONGEST_GOODBYE_S = 3.0


class Application:
    """SendGrid's API under `/v3/`, the inbox and the controls. `close()` lets hanging calls go."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._exchange = Exchange(state)
        self._control = Control(state)
        self._stopping = Event()
        self._idle = Condition()
        self._running = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        wire = Wire(environ, self._stopping)
        with self._counted():
            try:
                response = self._respond(Request(environ), wire)
            except Cut:
                wire.cut()
                raise
            return response(environ, start_response)

    def close(self) -> None:
        """Ends hangs and waits, and gives running calls a moment."""
        self._stopping.set()
        until = time.monotonic() + LONGEST_GOODBYE_S
        with self._idle:
            self._idle.wait_for(lambda: not self._running, until - time.monotonic())

    def _respond(self, request: Request, wire: Wire) -> Response:
        try:
            if request.path.startswith(PREFIX):
                return self._exchange.handle(request, wire)
            return self._control.respond(request)
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
