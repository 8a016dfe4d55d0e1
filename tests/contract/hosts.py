"""Hosts that are not the service: each answers at `url` for as long as the block lasts."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PAGE = "<!doctype html><html><head><title>Sign in</title></head><body><pre>{}</pre></body></html>"


@contextmanager
def answering(handle: Callable[[socket.socket], None]) -> Iterator[str]:
    """`handle` gets each connection; it is closed afterwards."""
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listener, handle), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def _serve(listener: socket.socket, handle: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            handle(connection)


def html(status: str) -> Callable[[socket.socket], None]:
    """A web page that repeats everything it was sent, secrets too."""

    def handle(connection: socket.socket) -> None:
        body = PAGE.format(connection.recv(65536).decode("latin-1")).encode()
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        connection.sendall(head.encode() + body)

    return handle


def hangs(connection: socket.socket) -> None:
    """Takes what comes until the caller gives up, and says nothing."""
    connection.settimeout(10)
    while connection.recv(65536):
        pass


def hangs_up(connection: socket.socket) -> None:
    connection.recv(65536)


def speaks_no_http(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"220 mail.example.test ESMTP\r\n")


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
