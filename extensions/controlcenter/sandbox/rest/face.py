"""The REST transport: routes, authentication, rate, and replies in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from extensions.core.contract.sandboxing.calls import redacted
from extensions.core.contract.sandboxing.exchange import Incoming, Reply, json_body
from extensions.core.contract.sandboxing.faults import Fault, Kind

from .. import accounts
from ..log import SECRET_KEYS
from ..model import Account
from ..problems import Problem
from ..state import State
from . import account, devices, messages, usage
from .call import Answer, RestCall, only_known
from .errors import BAD_KEY, SERVER_FAULT, THROTTLED, RestError
from .names import CUSTOMS

PREFIX = "/rws/api/v1"
_CHALLENGE = 'Basic realm="Jasper"'
_PAGING = {"pageSize", "pageNumber", "accountId"}
_LISTS = ("devices", "ratePlans")
_FAULT_CODES = {Kind.SERVER_ERROR: SERVER_FAULT, Kind.THROTTLE: THROTTLED, Kind.EXPIRED_KEY: BAD_KEY}


@dataclass(frozen=True)
class Route:
    """A handler and the query parameters that it knows."""

    handler: Callable[..., Answer]
    parameters: frozenset[str] = frozenset()


def _rule(method: str, path: str, handler: Callable[..., Answer], *parameters: str) -> Rule:
    known = frozenset({*parameters, "fields"} if method == "GET" else parameters)
    return Rule(PREFIX + path, methods=[method], endpoint=Route(handler, known), strict_slashes=False)


ROUTES = Map(
    [
        _rule("GET", "/echo/<text>", account.echo),
        _rule("GET", "/rateplans", account.rate_plans, *_PAGING),
        _rule("GET", "/devices", devices.search, "modifiedSince", "modifiedTill", "status", *_PAGING, *CUSTOMS),
        _rule("GET", "/devices/<iccid>", devices.details),
        _rule("PUT", "/devices/<iccid>", devices.edit),
        _rule("GET", "/devices/<iccid>/ctdUsages", usage.cycle_to_date),
        _rule(
            *("GET", "/devices/<iccid>/usageInZone", usage.in_zones),
            *("cycleStartDate", "ratePlan", "zone", "isActiveRatePlan"),
        ),
        _rule("GET", "/devices/<iccid>/sessionInfo", devices.session),
        _rule("GET", "/devices/<iccid>/locationHistory", devices.locations, "fromDate", "toDate"),
        _rule("GET", "/devices/<iccid>/auditTrails", devices.audit_trails, "daysOfHistory"),
        _rule("POST", "/devices/<iccid>/smsMessages", messages.send),
        _rule("GET", "/smsMessages", messages.search, "fromDate", "toDate", "iccid", *_PAGING),
        _rule("GET", "/smsMessages/<message_id>", messages.details),
    ],
    redirect_defaults=False,
    merge_slashes=False,
)


class RestFace:
    transport = "rest"

    def __init__(self, state: State) -> None:
        self._state = state

    def incoming(self, request: Request) -> Incoming:
        username = (request.authorization.username or "") if _is_basic(request) else ""
        body = json_body(request)
        parameters = redacted(request.args.to_dict() | (body if isinstance(body, dict) else {}), SECRET_KEYS)
        with self._state.store.read() as db:
            known_as = accounts.names_of(db, username)
        edits = request.method == "PUT"
        return Incoming(request, username, parameters, body, request.path, known_as, edits)

    def answer(self, incoming: Incoming) -> Reply:
        """The reply of the carrier; refusals included."""
        try:
            return self._carried_out(incoming)
        except RestError as error:
            return _error_reply(error)
        except Problem as problem:
            return _error_reply(RestError.of(problem))
        except HTTPException as unknown_path:
            return Reply(unknown_path.get_response(incoming.request.environ))

    def fault_reply(self, fault: Fault) -> Reply:
        code = fault.error_code or _FAULT_CODES[Kind(fault.kind)]
        reply = _error_reply(RestError(code, status=fault.status or self._throttle_status(code)))
        if fault.retry_after is not None:
            reply.response.headers["Retry-After"] = str(fault.retry_after)
        return reply

    def _carried_out(self, incoming: Incoming) -> Reply:
        request = incoming.request
        if "Authorization" not in request.headers:
            return _unauthorized({"errorMessage": "Full authentication is required to access this resource"})
        now = self._state.settle()
        user = self._user(request)
        self._check_rate(user, now)
        route, values = ROUTES.bind_to_environ(request.environ).match()
        only_known(request.args, route.parameters)
        call = RestCall(
            self._state, user, now, request.args.to_dict(), incoming.body, incoming.call_id, incoming.happens
        )
        answer = route.handler(call, **values)
        payload = _selected(answer.payload, request.args.get("fields", ""))
        return Reply(_json(payload, answer.status))

    def _user(self, request: Request) -> Account:
        if not _is_basic(request):
            raise RestError(BAD_KEY)
        claimed = request.authorization
        with self._state.store.read() as db:
            user = accounts.by_api_key(db, claimed.username or "", claimed.password or "")
        if user is None:
            raise RestError(BAD_KEY)
        return user

    def _check_rate(self, user: Account, now: datetime) -> None:
        settings = self._state.settings
        if not self._state.meter.admits(user.account_id, now, settings.rate_limit):
            raise RestError(THROTTLED, status=settings.throttle_status)

    def _throttle_status(self, code: str) -> int | None:
        return self._state.settings.throttle_status if code == THROTTLED else None


def _is_basic(request: Request) -> bool:
    return request.authorization is not None and request.authorization.type == "basic"


def _selected(payload: dict[str, Any], fields: str) -> dict[str, Any]:
    """`fields=a,b`: only these, of each entry in a list and of the whole otherwise."""
    if not fields:
        return payload
    wanted = set(fields.split(","))
    listed = [name for name in _LISTS if name in payload]
    if not listed:
        return _only(payload, wanted)
    return payload | {name: [_only(entry, wanted) for entry in payload[name]] for name in listed}


def _only(entry: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name in wanted}


def _error_reply(error: RestError) -> Reply:
    if error.code == BAD_KEY:
        return _unauthorized(error.body(), error.status)
    return Reply(_json(error.body(), error.status), error.code)


def _unauthorized(body: dict[str, str], status: int = 401) -> Reply:
    response = _json(body, status)
    response.headers["WWW-Authenticate"] = _CHALLENGE
    return Reply(response, body.get("errorCode"))


def _json(payload: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(payload), status, content_type="application/json;charset=UTF-8")
