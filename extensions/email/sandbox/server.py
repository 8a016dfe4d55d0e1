"""Running the sandbox: in this process until a signal, or in threads beside something else."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from werkzeug.http import http_date
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from . import smtp, webhook
from .app import Application
from .ports import Ports, listening, ports_of
from .state import State

_POLL_S = 0.02


class _Handler(WSGIRequestHandler):
    """Writes no access log: the call log is in the state."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The header `Date`: as a real server's, it shows the clock by which limits end."""
        return http_date(self.server.app.state.now())


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that answers at `url` (scheme, host and port), and whose mail server has `ports`."""

    url: str
    ports: Ports
    state: State


def serve(state_dir: Path, host: str = "127.0.0.1", port: int = 0, ready: Callable[[int], None] | None = None) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is called with the port; OSError if one of its ports is taken."""
    with _served(State(state_dir), host, port) as server, _stopped_by_signals(server):
        if ready:
            ready(server.port)
        server.serve_forever(poll_interval=_POLL_S)


@contextmanager
def running(
    state_dir: Path, clock: Callable[[], float] = time.time, host: str = "127.0.0.1", port: int = 0
) -> Iterator[RunningSandbox]:
    """Serves from threads for as long as the block lasts."""
    state = State(state_dir, clock)
    with _served(state, host, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), daemon=True)
        thread.start()
        try:
            yield RunningSandbox(f"http://{host}:{server.port}", ports_of(server.port), state)
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _served(state: State, host: str, port: int) -> Iterator[BaseWSGIServer]:
    app = Application(state)
    try:
        with (
            listening(host, port) as listeners,
            smtp.serving(state, listeners.smtp, listeners.smtps),
            webhook.posting(state),
            _http(app, host, listeners.http) as server,
        ):
            yield server
    finally:
        state.close()


@contextmanager
def _http(app: Application, host: str, listener: socket.socket) -> Iterator[BaseWSGIServer]:
    port = listener.getsockname()[1]
    server = make_server(host, port, app, threaded=True, request_handler=_Handler, fd=listener.fileno())
    try:
        yield server
    finally:
        app.close()
        server.server_close()


@contextmanager
def _stopped_by_signals(server: BaseWSGIServer) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        # shutdown() waits for the loop that this handler interrupts, so it needs a thread of its own.
        threading.Thread(target=server.shutdown, daemon=True).start()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
