"""The sandbox as a WSGI application."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Condition, Event
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from .control import Control
from .dates import utc_now
from .exchange import Exchange
from .rest.face import PREFIX, RestFace
from .soap import schema
from .soap.face import SoapFace
from .soap.services import SERVICES
from .state import State
from .wire import Cut, Wire

MAX_BODY_BYTES = 1024 * 1024
LONGEST_GOODBYE_S = 3.0
CONSOLE_PAGE = """<!doctype html>
<html><head><title>Page not found</title></head>
<body><h1>Page not found</h1><p>The page that you asked for does not exist.</p></body></html>
"""


class Application:
    """Control Center's stand-in. `state` is shared by its transports; `close()` lets hanging calls go."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._rest = Exchange(state, RestFace(state))
        self._soap = Exchange(state, SoapFace(state))
        self._control = Control(state)
        self._stopping = Event()
        self._idle = Condition()
        self._running = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        wire = Wire(environ, self._stopping)
        with self._counted():
            try:
                response = self._respond(request, wire)
            except Cut:
                wire.cut()
                raise
            return response(environ, start_response)

    def close(self) -> None:
        """Ends hangs and waits, gives running calls a moment, and closes the state."""
        self._stopping.set()
        until = time.monotonic() + LONGEST_GOODBYE_S
        with self._idle:
            self._idle.wait_for(lambda: not self._running, until - time.monotonic())
        self.state.close()

    def _respond(self, request: Request, wire: Wire) -> Response:
        try:
            if self._control.serves(request.path):
                return self._control.respond(request)
            if request.path.startswith(f"{PREFIX}/"):
                return self._rest.handle(request, wire)
            if request.path in SERVICES:
                return self._soap.handle(request, wire)
            if request.path.startswith(f"{schema.PREFIX}/"):
                return schema.response(request)
        except HTTPException as error:
            return error.get_response(request.environ)
        return Response(CONSOLE_PAGE, 404, content_type="text/html; charset=utf-8")

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


def create_app(state_dir: Path, clock: Callable[[], datetime] = utc_now) -> Application:
    """The sandbox over the state in `state_dir`, as a WSGI application."""
    return Application(State(state_dir, clock))
