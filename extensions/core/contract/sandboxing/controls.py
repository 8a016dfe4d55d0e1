"""The control surface under `/_sandbox/` and the pages beside it: for the person or test at this machine only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from . import faults
from .problems import Unusable, number_in

PREFIX = "/_sandbox"
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


def rule(method: str, path: str, endpoint: str) -> Rule:
    """`endpoint` names a method of the controls."""
    return Rule(path, methods=[method], endpoint=endpoint)


def common_rules() -> list[Rule]:
    """Of what all controls have; a rule belongs to one map, so each gets its own."""
    return [
        rule("GET", f"{PREFIX}/faults", "list_faults"),
        rule("POST", f"{PREFIX}/faults", "add_fault"),
        rule("DELETE", f"{PREFIX}/faults", "clear_faults"),
        rule("POST", f"{PREFIX}/faults/clear", "clear_faults"),
        rule("GET", f"{PREFIX}/calls", "list_calls"),
        rule("POST", f"{PREFIX}/advance", "advance"),
    ]


class Controls:
    """Leads a request to the method that a rule names. JSON answers JSON; a browser's form leads `back` to a page.

    `state` has faults, a call log and a clock; see the methods here for what is asked of it.
    """

    routes: Map
    back = "/"
    fault_from = staticmethod(faults.fault_from)

    def __init__(self, state: Any) -> None:
        self._state = state

    def respond(self, request: Request) -> Response:
        if not _is_local(request):
            return json_reply({"error": "The sandbox's controls answer this machine only."}, 403)
        try:
            endpoint, values = self.routes.bind_to_environ(request.environ).match()
            handler: Callable[..., Response] = getattr(self, endpoint)
            return handler(request, **values)
        except HTTPException as error:
            return error.get_response(request.environ)
        except Unusable as error:
            return json_reply({"error": str(error)}, 422)

    def list_faults(self, request: Request) -> Response:
        return json_reply({"faults": [asdict(fault) for fault in self._state.faults()]})

    def add_fault(self, request: Request) -> Response:
        fault = self._state.add_fault(self.fault_from(values_of(request)))
        return self.done(request, asdict(fault), 201)

    def clear_faults(self, request: Request) -> Response:
        """All of them, or the one called `id`."""
        wanted = {**values_of(request), **request.args.to_dict()}.get("id")
        cleared = self._state.clear_faults(None if wanted is None else whole("id", wanted))
        return self.done(request, {"cleared": cleared})

    def list_calls(self, request: Request) -> Response:
        """`after=`: only calls with a higher id. `last=`: only so many."""
        after, last = request.args.get("after", 0), request.args.get("last")
        calls = self._state.calls(whole("after", after), None if last is None else whole("last", last))
        return json_reply({"calls": [asdict(call) for call in calls]})

    def advance(self, request: Request) -> Response:
        """Moves the clock by `seconds`."""
        seconds = number_in("seconds", values_of(request).get("seconds", ""), float)
        return self.done(request, {"now": self._state.advance(seconds)})

    def done(self, request: Request, payload: Mapping[str, Any], status: int = 200, back: str = "") -> Response:
        return redirect(back or self.back, 303) if is_form(request) else json_reply(payload, status)


def is_form(request: Request) -> bool:
    return request.mimetype == "application/x-www-form-urlencoded"


def values_of(request: Request, keep: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """Fields of a form, without the empty ones but those to `keep`, or of a JSON object."""
    if is_form(request):
        return {name: value for name, value in request.form.to_dict().items() if value or name in keep}
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Unusable("The body must be a JSON object.")
    return body


def whole(name: str, value: object) -> int:
    return int(number_in(name, value, int))


def json_reply(payload: Any, status: int = 200) -> Response:
    return Response(json.dumps(payload, default=_plain), status, content_type="application/json")


def _is_local(request: Request) -> bool:
    """From this machine, under its own name, and not sent by a page of another site."""
    host = urlsplit(request.host_url)
    name = request.host.rsplit(":", 1)[0] if host.port else request.host
    origin = request.headers.get("Origin")
    return (
        _is_loopback(request.remote_addr)
        and name in _LOOPBACK_NAMES
        and origin in (None, f"{host.scheme}://{host.netloc}")
    )


def _is_loopback(address: str | None) -> bool:
    return address is not None and ip_address(address).is_loopback


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
