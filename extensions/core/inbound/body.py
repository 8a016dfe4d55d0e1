"""Reading the body of a message as it came, byte by byte the same, and never more of it than is allowed."""

from http import HTTPStatus
from typing import BinaryIO

from django.http import HttpRequest
from gunicorn.http.errors import ParseException

from extensions.core.inbound.refusals import NotTaken

_CHUNK = 64 * 1024


def read(request: HttpRequest, at_most: int) -> bytes:
    """Raises NotTaken for a body of more than `at_most` bytes, and for one that ends too early."""
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    if announced > at_most:
        raise _too_large(at_most)
    try:
        body = _read(_stream(request), at_most)
    except (OSError, ParseException) as error:
        raise _cut() from error
    if len(body) < announced:
        raise _cut()
    return body


def _read(stream: BinaryIO, at_most: int) -> bytes:
    body = bytearray()
    while chunk := stream.read(_CHUNK):
        body += chunk
        if len(body) > at_most:
            raise _too_large(at_most)
    return bytes(body)


def _stream(request: HttpRequest) -> BinaryIO:
    """Django reads as much as was announced; a body in chunks announces nothing, and the server finds its end."""
    in_chunks = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
    if in_chunks and request.META.get("wsgi.input_terminated"):
        return request.META["wsgi.input"]
    return request


def _too_large(at_most: int) -> NotTaken:
    return NotTaken(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The message was larger than {at_most:,} bytes.")


def _cut() -> NotTaken:
    return NotTaken(
        HTTPStatus.BAD_REQUEST, "The message did not come as a whole: the connection ended, or it was garbled."
    )
