"""A Control Center made of the specification's bytes, and contexts that reach it."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from rest_spec import ACCESS_KEY
from soap_spec import LICENCE_KEY, PASSWORD

from extensions.core.contract import Context
from iotdash.lib.outbound import AddressPolicy, GuardedSession

NOW = datetime(2017, 3, 15, 10, 0, tzinfo=UTC)


def _context(domain_id: str, **settings: Any) -> Context:
    session = GuardedSession(AddressPolicy(allow_loopback=True), connect_timeout=30, read_timeout=30, total_timeout=60)
    known = {"username": "fleet-reader", "access_key": ACCESS_KEY, "domain_id": domain_id, "protocol": "rest"}
    return Context(settings={**known, **settings}, http=session, now=lambda: NOW)


@pytest.fixture
def rest_context(httpserver: HTTPServer) -> Callable[..., Context]:
    """Makes a context whose account is at the test's server; keyword arguments are further settings."""
    return lambda **settings: _context(**{"domain_id": httpserver.url_for(""), **settings})


@pytest.fixture
def context(rest_context: Callable[..., Context]) -> Context:
    return rest_context()


class HangUp:
    """Takes each request whole and closes the connection without an answer."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=2)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self.requests.append(connection.recv(65536))


@pytest.fixture
def hang_up() -> Iterator[HangUp]:
    server = HangUp()
    yield server
    server.close()


@pytest.fixture
def hang_up_context(hang_up: HangUp) -> Context:
    return _context(hang_up.url)


@pytest.fixture
def nobody_context() -> Context:
    """Reaches an address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return _context(f"http://127.0.0.1:{port}")


@pytest.fixture
def soap_context(rest_context: Callable[..., Context]) -> Context:
    return rest_context(protocol="soap", password=PASSWORD, access_key=LICENCE_KEY)
