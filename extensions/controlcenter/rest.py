"""Calls to Control Center REST: one request, one answer, every failure as an error of the contract."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from extensions.controlcenter.address import REST, Address, DomainIdError
from extensions.controlcenter.errors import LONGEST_WORDS, Reply, failure
from extensions.controlcenter.normalise import storable
from extensions.controlcenter.settings import access_key_of, address_of, username_of
from extensions.core.contract import BadResponse, CannotConnect, Context, NotFound, ProviderError
from iotdash.lib.outbound import AnswerLost, AnswerTooLarge, ConnectFailed, OutboundError, TlsFailed

_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")
_SHORTEST_SECRET = 4
_ADVICE = {
    ConnectFailed: "Check the domain ID, or try again later.",
    TlsFailed: "Check the domain ID.",
    AnswerLost: "Try again later.",
}


class RestLink:
    """One account's REST address and credentials. Every method makes exactly one call and never repeats it.

    Raises errors of the contract only; `may_have_happened` is True when no answer says that a write failed.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.address = _address(context)
        self.user = username_of(context.settings)
        key = access_key_of(context.settings)
        self._credentials = self.user.encode(), key.encode()
        basic = base64.b64encode(b":".join(self._credentials)).decode()
        self._secrets = [key, basic, str(context.settings.get("password") or "")]

    def get(self, *path: str, **query: str | int) -> Mapping[str, Any]:
        return self._call("GET", path, params=query)

    def put(self, *path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._call("PUT", path, json=body)

    def post(self, *path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._call("POST", path, json=body)

    def _call(self, method: str, path: tuple[str, ...], **content: Any) -> Mapping[str, Any]:
        write = method != "GET"
        reply = self._exchange(method, self._url(path), write, content)
        error = failure(reply, write=write, now=self.context.now())
        if error:
            raise error
        return reply.body or {}

    def _exchange(self, method: str, url: str, write: bool, content: Mapping[str, Any]) -> Reply:
        headers = {"Accept": "application/json"}
        try:
            answer = self.context.http.request(method, url, auth=self._credentials, headers=headers, **content)
        except OutboundError as error:
            raise _unanswered(error, write) from error
        body = _json_object(answer.content)
        return Reply(self.address.host, answer.status_code, answer.headers, body, self._words(body))

    def _url(self, path: tuple[str, ...]) -> str:
        for segment in path:
            if not _SEGMENT.fullmatch(segment):
                raise NotFound(f"“{segment}” cannot be an identifier in Control Center.")
        return "/".join((self.address.url(REST), *path))

    def _words(self, body: Mapping[str, Any] | None) -> str:
        message = (body or {}).get("errorMessage")
        words = storable(message) if isinstance(message, str) else ""
        for secret in self._secrets:
            if len(secret) >= _SHORTEST_SECRET:
                words = words.replace(secret, "…")
        return words[:LONGEST_WORDS]


def _unanswered(error: OutboundError, write: bool) -> ProviderError:
    lost = write and error.maybe_sent
    advice = "It may have been done all the same." if lost else _ADVICE.get(type(error), "")
    kind = BadResponse if isinstance(error, AnswerTooLarge) else CannotConnect
    return kind(f"{error} {advice}".strip(), may_have_happened=lost)


def _address(context: Context) -> Address:
    try:
        return address_of(context.settings)
    except DomainIdError as error:
        raise CannotConnect(str(error)) from error


def _json_object(content: bytes) -> Mapping[str, Any] | None:
    try:
        body = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
