"""Calls to Control Center REST: one request, one answer, every failure as an error of the contract."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from extensions.controlcenter.address import REST
from extensions.controlcenter.calls import address_in, identifier, unanswered, without_secrets
from extensions.controlcenter.dates import http_date
from extensions.controlcenter.errors import Reply, failure
from extensions.controlcenter.settings import access_key_of, username_of
from extensions.core.contract import Context, OutboundError
from iotdash.lib.texts import storable


class RestLink:
    """One account's REST address and credentials. Every method makes exactly one call and never repeats it.

    Raises errors of the contract only; `may_have_happened` is True when no answer says that a write failed.
    `answered_at` is what the server's clock showed at the last answer, None if it did not say.
    """

    answered_at: datetime | None = None

    def __init__(self, context: Context) -> None:
        self.context = context
        self.address = address_in(context)
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
            raise unanswered(error, write) from error
        self.answered_at = http_date(answer.headers.get("Date"))
        body = _json_object(answer.content)
        return Reply(self.address.host, answer.status_code, answer.headers, body, self._words(body))

    def _url(self, path: tuple[str, ...]) -> str:
        return "/".join((self.address.url(REST), *map(identifier, path)))

    def _words(self, body: Mapping[str, Any] | None) -> str:
        message = (body or {}).get("errorMessage")
        return without_secrets(storable(message) if isinstance(message, str) else "", self._secrets)


def _json_object(content: bytes) -> Mapping[str, Any] | None:
    try:
        body = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
