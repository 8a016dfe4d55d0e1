"""Running the sandbox: in this process until a signal, or in a thread beside something else."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType

from werkzeug.http import http_date
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .app import Application, create_app
from .dates import utc_now
from .state import State

_POLL_S = 0.02


class _Handler(WSGIRequestHandler):
    """Writes no access log: the call log is in the state."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The header `Date`: as a real server's, it shows the clock by which SIMs change."""
        return http_date(self.server.app.state.now())


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that answers at `url` (scheme, host and port)."""

    url: str
    state: State


def serve(state_dir: Path, host: str = "127.0.0.1", port: int = 0, ready: Callable[[int], None] | None = None) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is called with the port; OSError if the port is taken."""
    with _listening(create_app(state_dir), host, port) as server, _stopped_by_signals(server):
        if ready:
            ready(server.port)
        server.serve_forever(poll_interval=_POLL_S)


@contextmanager
def running(
    state_dir: Path, clock: Callable[[], datetime] = utc_now, host: str = "127.0.0.1", port: int = 0
) -> Iterator[RunningSandbox]:
    """Serves from a thread for as long as the block lasts."""
    app = create_app(state_dir, clock)
    with _listening(app, host, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), daemon=True)
        thread.start()
        try:
            yield RunningSandbox(f"http://{host}:{server.port}", app.state)
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _listening(app: Application, host: str, port: int) -> Iterator[BaseWSGIServer]:
    try:
        # Bound here, because werkzeug would print and exit when the port is taken.
        with socket.create_server((host, port)) as listener:
            server = make_server(host, port, app, threaded=True, request_handler=_Handler, fd=listener.fileno())
            yield server
            server.server_close()
    finally:
        app.close()


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
