"""A requests session that only reaches checked addresses."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema
from urllib3.exceptions import HTTPError

from iotdash.lib.outbound.connections import CallState, GuardedAdapter, tls_context
from iotdash.lib.outbound.errors import (
    AddressRefused,
    AnswerLost,
    AnswerTooLarge,
    ConnectFailed,
    OutboundError,
)
from iotdash.lib.outbound.guard import AddressPolicy

MEBIBYTE = 1024 * 1024
_CHUNK = 64 * 1024
_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class CallRecord:
    """One call as told to `after_call`; `url` has neither query nor user information."""

    method: str
    url: str
    status: int | None
    error: OutboundError | None
    seconds: float
    sent: bool


Witness = Callable[[CallRecord, requests.PreparedRequest, requests.Response | None], None]


class GuardedSession(requests.Session):
    """get(), post() … as in requests, each answer read whole; what goes wrong outside is an OutboundError.

    For one thread. No redirects, proxies, cookies, retries, or environment. Times are seconds;
    `total_timeout` covers a call from looking up the name to the last byte, `max_body` (bytes) counts after
    decompression and may be changed between calls.
    `before_call` runs before each call and may wait or raise; `after_call` is told how it went, and after it
    `witness(record, request, response)` sees the call as it was, secrets included; it must not raise.
    `ca_pem` replaces the public certificate authorities.
    """

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        ca_pem: str | None = None,
        connect_timeout: float = 5.0,
        read_timeout: float = 10.0,
        total_timeout: float = 15.0,
        max_body: int = 4 * MEBIBYTE,
        before_call: Callable[[], None] | None = None,
        after_call: Callable[[CallRecord], None] | None = None,
        witness: Witness | None = None,
    ) -> None:
        super().__init__()
        self._call = CallState(policy)
        self._timeouts, self._total = (connect_timeout, read_timeout), total_timeout
        self.max_body = max_body
        self._before, self._after, self._witness = before_call, after_call, witness
        self.trust_env = False
        self.headers["User-Agent"] = "iotdash"
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()
        self._adapter = GuardedAdapter(self._call, tls_context(ca_pem))
        self.mount("https://", self._adapter)
        self.mount("http://", self._adapter)

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        try:
            return super().prepare_request(request)
        except InvalidHeader:
            # Its words are the header's value, which may be a secret.
            raise AddressRefused("A credential has a line break, or a space at its start; it cannot be sent.") from None
        except (InvalidURL, InvalidSchema, MissingSchema, UnicodeError) as error:
            raise AddressRefused("This is not an address of the form https://host/path.") from error

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        self._check_scheme(request.url)
        if self._before:
            self._before()
        started = time.monotonic()
        self._call.sent, self._call.deadline = False, started + self._total
        response, failure = None, None
        try:
            response = self._exchange(request, kwargs)
        except OutboundError as error:
            failure = error
            raise
        finally:
            self._report(request, response, failure, time.monotonic() - started)
        return response

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Never: following leaves the checked address, and preparing it would read the body unbounded."""

    def _check_scheme(self, url: str) -> None:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and self._call.policy.allows_plain_http(parts.hostname or "")
        if plain or parts.scheme == "https":
            return
        raise AddressRefused(f"“{parts.hostname}” is only connected to over https.")

    def _exchange(self, request: requests.PreparedRequest, kwargs: dict[str, Any]) -> requests.Response:
        if request.method not in _READS:
            # A kept connection may be dead already; a write on it would end as unknown without need.
            self._adapter.close()
        fixed = {"stream": True, "verify": True, "proxies": {}, "allow_redirects": False}
        host = urlsplit(request.url).hostname
        with self._translated(host):
            response = super().send(request, **{**kwargs, **fixed, "timeout": self._timeouts})
        with self._translated(host), response:
            response._content = self._read(response)
            response._content_consumed = True
        return response

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self.max_body:
                raise AnswerTooLarge(f"The answer is larger than {self.max_body:,} bytes.")
        return bytes(body)

    @contextmanager
    def _translated(self, host: str | None) -> Iterator[None]:
        try:
            yield
        except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            if self._call.sent:
                raise AnswerLost(_lost_words(host, error)) from error
            if isinstance(error, ValueError):
                raise
            raise ConnectFailed(f"No connection to {host} came about.") from error

    def _report(
        self,
        request: requests.PreparedRequest,
        response: requests.Response | None,
        error: OutboundError | None,
        seconds: float,
    ) -> None:
        parts = urlsplit(request.url)
        url = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
        status = None if response is None else response.status_code
        record = CallRecord(request.method, url, status, error, seconds, self._call.sent)
        if self._after:
            self._after(record)
        if self._witness:
            self._witness(record, request, response)


def _lost_words(host: str | None, error: Exception) -> str:
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"{host} took the request but did not answer in time."
    return f"{host} took the request but gave no whole answer."
