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
from .soap.face import SoapFace
from .soap.names import BASES
from .state import State, utc_now


class Application(application.Application):
    """The stand-in of the M2M API under its two bases, and the controls."""

    state: State

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._face = SoapFace(state)
        self._exchange = Exchange(state, self._face)
        self._control = Control(state)

    def respond(self, request: Request, wire: Wire) -> Response:
        if not request.path.startswith(BASES):
            return self._control.respond(request)
        return self._face.wsdl(request) or self._exchange.handle(request, wire)


def create_app(state_dir: Path, clock: Callable[[], datetime] = utc_now) -> Application:
    """The sandbox over the state in `state_dir`, as a WSGI application."""
    return Application(State(state_dir, clock))
