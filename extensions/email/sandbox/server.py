"""Running the sandbox: in this process until a signal, or in threads beside something else."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from werkzeug.serving import BaseWSGIServer

from extensions.core.contract.sandboxing.posting import posting
from extensions.core.contract.sandboxing.serving import in_thread, server_of, until_stopped

from . import smtp
from .app import Application
from .ports import Ports, listening, ports_of
from .state import State
from .webhook import Poster


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that answers at `url` (scheme, host and port), and whose mail server has `ports`."""

    url: str
    ports: Ports
    state: State


def serve(state_dir: Path, host: str = "127.0.0.1", port: int = 0, ready: Callable[[int], None] | None = None) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is called with the port; OSError if one of its ports is taken."""
    with _served(State(state_dir), host, port) as server:
        until_stopped(server, ready)


@contextmanager
def running(
    state_dir: Path, clock: Callable[[], float] = time.time, host: str = "127.0.0.1", port: int = 0
) -> Iterator[RunningSandbox]:
    """Serves from threads for as long as the block lasts."""
    state = State(state_dir, clock)
    with _served(state, host, port) as server, in_thread(server):
        yield RunningSandbox(f"http://{host}:{server.port}", ports_of(server.port), state)


@contextmanager
def _served(state: State, host: str, port: int) -> Iterator[BaseWSGIServer]:
    app = Application(state)
    try:
        with (
            listening(host, port) as listeners,
            smtp.serving(state, listeners.smtp, listeners.smtps),
            posting(Poster(state).post_due),
            _http(app, listeners.http) as server,
        ):
            yield server
    finally:
        state.close()


@contextmanager
def _http(app: Application, listener: socket.socket) -> Iterator[BaseWSGIServer]:
    server = server_of(app, listener)
    try:
        yield server
    finally:
        app.close()
        server.server_close()
