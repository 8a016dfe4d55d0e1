"""Serves a recording on loopback: the service's answers, its lost connections, and a page of what was asked."""

import json
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from extensions.core.registry import manifests
from extensions.core.replay.page import PATH, page
from extensions.core.replay.recording import Answer, Recording

MOST_BYTES = 4 * 1024 * 1024
# The others are about the bytes of the recorded body or the recorded connection.
_REPEATED_HEADERS = ("content-type", "date", "retry-after", "www-authenticate")
_UNKNOWN = "This is not in the replayed bundle. What it can answer is listed at {path} on this server."

Say = Callable[[str], None]


class Replay:
    """The recording as a WSGI application; `say` gets a line for each request that it cannot answer as recorded."""

    def __init__(self, recording: Recording, say: Say) -> None:
        self._recording, self._say = recording, say

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = MOST_BYTES
        if request.path.startswith(PATH):
            return Response(page(self._recording), content_type="text/html; charset=utf-8")(environ, start_response)
        return self._answered(request)(environ, start_response)

    def _answered(self, request: Request) -> Response:
        asked = request.full_path.rstrip("?")
        found = self._recording.answer(request.method, asked, request.get_data().decode(errors="replace"))
        if found is None:
            self._say(f"not in the bundle: {request.method} {asked}")
            return self._unrecorded(request)
        if found.exchange["response"] is None:
            return _cut(request)
        return self._recorded(found)

    def _unrecorded(self, request: Request) -> Response:
        manifest = manifests().get(self._recording.about["extension"]["slug"])
        refuse = (manifest.wire.unrecorded if manifest else None) or _not_found
        status, content_type, body = refuse(request.content_type or "", _UNKNOWN.format(path=PATH))
        return Response(body, status, content_type=content_type)

    def _recorded(self, answer: Answer) -> Response:
        recorded = answer.exchange["response"]
        if recorded["body"]["cut"] or recorded["body"]["kind"] in ("other", "large"):
            self._say(f"the body of exchange {answer.exchange['number']} is not whole in the bundle")
        response = Response(answer.text, answer.exchange["status"])
        response.headers.pop("Content-Type")
        for name, value in recorded["headers"].items():
            if name.lower() in _REPEATED_HEADERS:
                response.headers[name] = _in_a_header(value)
        return response


def serve(recording: Recording, host: str, port: int, ready: Callable[[int], None], say: Say) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is called with the port; OSError if the port is taken."""
    with listening(recording, host, port, say) as server, _stopped_by_signals(server):
        ready(server.port)
        server.serve_forever(poll_interval=0.05)


@contextmanager
def listening(recording: Recording, host: str, port: int, say: Say) -> Iterator[BaseWSGIServer]:
    """Bound here, because werkzeug would print and exit when the port is taken."""
    with socket.create_server((host, port)) as listener:
        handler, app = _Handler, Replay(recording, say)
        server = make_server(host, port, app, threaded=True, request_handler=handler, fd=listener.fileno())
        try:
            yield server
        finally:
            server.server_close()


class _Handler(WSGIRequestHandler):
    """Writes no access log: the page tells what was asked."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


def _not_found(asked: str, sentence: str) -> tuple[int, str, str]:
    return 404, "application/json", json.dumps({"error": sentence})


def _cut(request: Request) -> Response:
    """No whole answer came then, so none comes now."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError


def _in_a_header(value: str) -> str:
    return value.encode("latin-1", errors="replace").decode("latin-1")


@contextmanager
def _stopped_by_signals(server: BaseWSGIServer) -> Iterator[None]:
    def stop(number: int, frame: Any) -> None:
        # shutdown() waits for the loop that this handler interrupts, so it needs a thread of its own.
        threading.Thread(target=server.shutdown, daemon=True).start()

    before: Mapping[int, Any] = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
