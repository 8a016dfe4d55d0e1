"""SendGrid's v3 API as far as it is spoken here: `POST /v3/mail/send` and `GET /v3/scopes`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

from .. import accounts
from ..accounts import BLOCKED, MAIL_SEND, ApiKey
from ..messages import Message, make_id
from ..state import State
from . import mail_body
from .mail_body import problem
from .meter import RateMeter

MAIL_PATH, SCOPES_PATH = "/v3/mail/send", "/v3/scopes"
METHODS = {MAIL_PATH: "POST", SCOPES_PATH: "GET"}
WRONG_KEY = "The provided authorization grant is invalid, expired, or revoked"
NO_KEY = "authorization required"
FORBIDDEN = "access forbidden"
UNVERIFIED = (
    "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved."
)
TOO_MANY = "too many requests"


class Refusal(Exception):
    """An answer of 4xx, with one error or several."""

    def __init__(self, status: int, message: str, field: str | None = None, more: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.errors = list(more) or [problem(message, field)]


@dataclass(frozen=True)
class Outcome:
    """An answer, and the messages that are taken if it is given. `account`: the name of the key."""

    response: Response
    words: str = ""
    account: str = ""
    taken: Sequence[Message] = field(default_factory=list)


class Service:
    """Decides about calls; writes nothing down."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._meter = RateMeter()

    def answer(self, request: Request) -> Outcome:
        if request.path not in METHODS:
            return refused(404, "not found")
        if request.method != METHODS[request.path]:
            return refused(405, "method not allowed")
        try:
            key = self._key(request)
        except Refusal as refusal:
            return _outcome(refusal, "")
        try:
            return self._scopes(key) if request.path == SCOPES_PATH else self._mail(request, key)
        except Refusal as refusal:
            return _outcome(refusal, key.name, self._rate_headers(key))

    def _key(self, request: Request) -> ApiKey:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise Refusal(401, NO_KEY)
        with self._state.store.read() as db:
            key = accounts.by_key(db, text.strip())
        if key is None:
            raise Refusal(401, WRONG_KEY)
        return key

    def _scopes(self, key: ApiKey) -> Outcome:
        if key.state == BLOCKED:
            raise Refusal(403, FORBIDDEN)
        return Outcome(_json({"scopes": list(key.scopes)}, 200), account=key.name)

    def _mail(self, request: Request, key: ApiKey) -> Outcome:
        if key.state == BLOCKED or MAIL_SEND not in key.scopes:
            raise Refusal(403, FORBIDDEN)
        if not self._meter.admits(key.name, self._state.now(), self._state.settings.rate_limit):
            raise Refusal(429, TOO_MANY)
        body = self._body(request)
        self._check_sender(body)
        if mail_body.is_rehearsal(body):
            return Outcome(Response(status=200, headers=self._rate_headers(key)), "sandbox mode", key.name)
        return self._accepted(request, key, body)

    def _body(self, request: Request) -> Mapping[str, Any]:
        if request.mimetype != "application/json":
            raise Refusal(415, "Content-Type should be application/json.")
        try:
            body = json.loads(request.get_data())
        except ValueError:
            raise Refusal(400, "Bad Request") from None
        if found := mail_body.problems(body):
            raise Refusal(400, found[0]["message"], more=found)
        return body

    def _check_sender(self, body: Mapping[str, Any]) -> None:
        given = [body["from"], *(one["from"] for one in body["personalizations"] if "from" in one)]
        with self._state.store.read() as db:
            if not all(accounts.is_verified(db, sender["email"]) for sender in given):
                raise Refusal(403, UNVERIFIED, "from")

    def _accepted(self, request: Request, key: ApiKey, body: Mapping[str, Any]) -> Outcome:
        message_id = make_id()
        common = {"transport": "rest", "account": key.name, "message_id": message_id, "reports": True}
        taken = mail_body.messages(body, {**common, "at": self._state.now(), "raw": request.get_data()})
        response = Response(status=202, headers={"X-Message-Id": message_id, **self._rate_headers(key)})
        return Outcome(response, "Accepted", key.name, taken)

    def _rate_headers(self, key: ApiKey) -> dict[str, str]:
        return self._meter.headers(key.name, self._state.now(), self._state.settings.rate_limit)


def refused(status: int, words: str, headers: Mapping[str, str] | None = None) -> Outcome:
    return _outcome(Refusal(status, words), "", headers)


def _outcome(refusal: Refusal, account: str, headers: Mapping[str, str] | None = None) -> Outcome:
    response = _json({"errors": refusal.errors}, refusal.status, headers)
    return Outcome(response, refusal.errors[0]["message"], account)


def _json(payload: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(payload), status, headers=dict(headers or {}), content_type="application/json")
