"""Running a sandbox: in this process until a signal, or in a thread beside something else."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from werkzeug.http import http_date
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .application import Application

_POLL_S = 0.02


class _Handler(WSGIRequestHandler):
    """Writes no access log: the call log is in the state."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The header `Date`: as a real server's, it shows the clock by which things change."""
        return http_date(self.server.app.state.now())


@contextmanager
def listening(app: Application, host: str, port: int) -> Iterator[BaseWSGIServer]:
    """A server of the application, which is closed in the end. OSError if the port is taken."""
    try:
        # Bound here, because werkzeug would print and exit when the port is taken.
        with socket.create_server((host, port)) as listener:
            server = server_of(app, listener)
            yield server
            server.server_close()
    finally:
        app.close()


def server_of(app: Application, listener: socket.socket) -> BaseWSGIServer:
    """A server of the application at a port that listens already."""
    host, port = listener.getsockname()[:2]
    return make_server(host, port, app, threaded=True, request_handler=_Handler, fd=listener.fileno())


def until_stopped(server: BaseWSGIServer, ready: Callable[[int], None] | None = None) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is called with the port."""
    with _stopped_by_signals(server):
        if ready:
            ready(server.port)
        server.serve_forever(poll_interval=_POLL_S)


@contextmanager
def in_thread(server: BaseWSGIServer) -> Iterator[None]:
    """Serves from a thread for as long as the block lasts."""
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


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
