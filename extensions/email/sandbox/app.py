"""The HTTP side of the sandbox as a WSGI application."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from extensions.core.contract.sandboxing import application
from extensions.core.contract.sandboxing.wire import Wire

from .control import Control
from .rest.exchange import PREFIX, Exchange
from .state import State


class Application(application.Application):
    """SendGrid's API under `/v3/`, the inbox and the controls."""

    state: State
    max_body_bytes = None  # a setting, for the API's own bodies

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._exchange = Exchange(state)
        self._control = Control(state)

    def respond(self, request: Request, wire: Wire) -> Response:
        if request.path.startswith(PREFIX):
            return self._exchange.handle(request, wire)
        return self._control.respond(request)
