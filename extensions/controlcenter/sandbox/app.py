"""The sandbox as a WSGI application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from werkzeug.wrappers import Request, Response

from extensions.core.contract.sandboxing import application
from extensions.core.contract.sandboxing.exchange import Exchange
from extensions.core.contract.sandboxing.wire import Wire

from .control import Control
from .dates import utc_now
from .rest.face import PREFIX, RestFace
from .soap import schema
from .soap.face import SoapFace
from .soap.services import SERVICES
from .state import State

CONSOLE_PAGE = """<!doctype html>
<html><head><title>Page not found</title></head>
<body><h1>Page not found</h1><p>The page that you asked for does not exist.</p></body></html>
"""


class Application(application.Application):
    """Control Center's stand-in. `state` is shared by its transports; `close()` lets hanging calls go."""

    state: State

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._rest = Exchange(state, RestFace(state))
        self._soap = Exchange(state, SoapFace(state))
        self._control = Control(state)

    def respond(self, request: Request, wire: Wire) -> Response:
        if self._control.serves(request.path):
            return self._control.respond(request)
        if request.path.startswith(f"{PREFIX}/"):
            return self._rest.handle(request, wire)
        if request.path in SERVICES:
            return self._soap.handle(request, wire)
        if request.path.startswith(f"{schema.PREFIX}/"):
            return schema.response(request)
        return Response(CONSOLE_PAGE, 404, content_type="text/html; charset=utf-8")


def create_app(state_dir: Path, clock: Callable[[], datetime] = utc_now) -> Application:
    """The sandbox over the state in `state_dir`, as a WSGI application."""
    return Application(State(state_dir, clock))
