"""Running the sandbox: in this process until a signal, or in a thread beside something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from extensions.core.contract.sandboxing.posting import posting
from extensions.core.contract.sandboxing.serving import in_thread, listening, until_stopped

from .app import create_app
from .dates import utc_now
from .push.sender import Sender
from .state import State


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that answers at `url` (scheme, host and port)."""

    url: str
    state: State


def serve(state_dir: Path, host: str = "127.0.0.1", port: int = 0, ready: Callable[[int], None] | None = None) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is called with the port; OSError if the port is taken."""
    app = create_app(state_dir)
    with listening(app, host, port) as server, posting(Sender(app.state).post_due):
        until_stopped(server, ready)


@contextmanager
def running(
    state_dir: Path, clock: Callable[[], datetime] = utc_now, host: str = "127.0.0.1", port: int = 0
) -> Iterator[RunningSandbox]:
    """Serves from a thread for as long as the block lasts."""
    app = create_app(state_dir, clock)
    sender = Sender(app.state)
    with listening(app, host, port) as server, posting(sender.post_due), in_thread(server):
        yield RunningSandbox(f"http://{host}:{server.port}", app.state)
