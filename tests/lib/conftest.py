import contextlib
import socket
import threading

import pytest
from hypothesis import settings

from tests.lib.authority import Authority

# A busy machine is not a failure.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture
def release():
    """An event that hanging stand-ins wait for; set at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def serve(release):
    """serve(handler) -> port: calls handler(connection) for each connection to a loopback port."""
    threads = []
    with contextlib.ExitStack() as stack:

        def start(handler):
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            threads.append(threading.Thread(target=_accept, args=(listener, handler, stack, threads), daemon=True))
            threads[-1].start()
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
            return listener.getsockname()[1]

        yield start
        release.set()
    # One that goes on, spinning, slows all tests after this one.
    for thread in threads:
        thread.join(timeout=5)
        assert not thread.is_alive()


def _accept(listener, handler, stack, threads):
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            stack.callback(_hang_up, connection)
            threads.append(threading.Thread(target=_handle, args=(connection, handler), daemon=True))
            threads[-1].start()


def _hang_up(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _handle(connection, handler):
    with contextlib.suppress(OSError), connection:
        handler(connection)


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))
