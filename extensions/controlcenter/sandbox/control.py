"""The control surface under `/_sandbox/` and the page at `/`: for the person or test at this machine only."""

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

from . import page
from .exchange import json_body
from .faults import fault_from
from .problems import Unusable, number_in
from .state import State

PREFIX = "/_sandbox"
_RENEWALS: Mapping[str, tuple[str, Callable[[State, str, str], str]]] = {
    "new_api_key": ("api_key", State.set_api_key),
    "new_password": ("password", State.set_password),
    "new_licence_key": ("licence_key", State.set_licence_key),
}
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


def _rule(method: str, path: str, endpoint: str) -> Rule:
    return Rule(path, methods=[method], endpoint=endpoint)


ROUTES = Map(
    [
        _rule("GET", "/", "show_page"),
        _rule("GET", f"{PREFIX}/style.css", "show_style"),
        _rule("GET", f"{PREFIX}/", "summary"),
        _rule("GET", f"{PREFIX}/faults", "list_faults"),
        _rule("POST", f"{PREFIX}/faults", "add_fault"),
        _rule("DELETE", f"{PREFIX}/faults", "clear_faults"),
        _rule("POST", f"{PREFIX}/faults/clear", "clear_faults"),
        _rule("GET", f"{PREFIX}/calls", "list_calls"),
        _rule("POST", f"{PREFIX}/settings", "change_settings"),
        _rule("POST", f"{PREFIX}/advance", "advance"),
        _rule("GET", f"{PREFIX}/sims/<iccid>", "show_sim"),
        _rule("PUT", f"{PREFIX}/sims/<iccid>", "change_sim"),
    ]
)


class Control:
    """Answers JSON to JSON; sends a browser's form back to the page."""

    def __init__(self, state: State) -> None:
        self._state = state

    def serves(self, path: str) -> bool:
        return path in ("/", PREFIX) or path.startswith(f"{PREFIX}/")

    def respond(self, request: Request) -> Response:
        if not _is_local(request):
            return _json({"error": "The sandbox's controls answer this machine only."}, 403)
        try:
            endpoint, values = ROUTES.bind_to_environ(request.environ).match()
            handler: Callable[..., Response] = getattr(self, endpoint)
            return handler(request, **values)
        except HTTPException as error:
            return error.get_response(request.environ)
        except Unusable as error:
            return _json({"error": str(error)}, 422)

    def show_page(self, request: Request) -> Response:
        return page.response(self._state, request.host_url)

    def show_style(self, request: Request) -> Response:
        return page.style()

    def summary(self, request: Request) -> Response:
        """Time, accounts without their secrets, SIMs by status, settings, faults, and the last call's id."""
        state = self._state
        last = state.calls(last=1)
        return _json(
            {
                "now": state.now(),
                "accounts": [
                    {name: getattr(account, name) for name in ("username", "account_id", "zone", "role", "key_expired")}
                    for account in state.accounts()
                ],
                "sims": state.counts(),
                "settings": asdict(state.settings),
                "faults": [asdict(fault) for fault in state.faults()],
                "last_call": last[0].id if last else 0,
            }
        )

    def list_faults(self, request: Request) -> Response:
        return _json({"faults": [asdict(fault) for fault in self._state.faults()]})

    def add_fault(self, request: Request) -> Response:
        fault = self._state.add_fault(fault_from(_values(request)))
        return _done(request, asdict(fault), 201)

    def clear_faults(self, request: Request) -> Response:
        """All of them, or the one called `id`."""
        wanted = {**_values(request), **request.args.to_dict()}.get("id")
        cleared = self._state.clear_faults(None if wanted is None else _whole("id", wanted))
        return _done(request, {"cleared": cleared})

    def list_calls(self, request: Request) -> Response:
        """`after=`: only calls with a higher id. `last=`: only so many."""
        after, last = request.args.get("after", 0), request.args.get("last")
        calls = self._state.calls(_whole("after", after), None if last is None else _whole("last", last))
        return _json({"calls": [asdict(call) for call in calls]})

    def change_settings(self, request: Request) -> Response:
        """Settings by name; also `expire_key`: a user name, and what renews a secret of a user:

        `new_api_key`: {username, api_key}, `new_password`: {username, password}, `new_licence_key`: {username,
        licence_key}; or a user name alone for a secret that is made up. A licence key is the whole account's.
        """
        values = dict(_values(request))
        expired = values.pop("expire_key", None)
        wanted = {name: values.pop(name) for name in _RENEWALS if name in values}
        reply = asdict(self._state.change_settings(**values))
        if expired is not None:
            self._state.expire_key(str(expired))
        return _done(request, reply | {name: self._renewed(name, value) for name, value in wanted.items()})

    def _renewed(self, name: str, value: object) -> str:
        what, renew = _RENEWALS[name]
        wanted = value if isinstance(value, Mapping) else {"username": value}
        return renew(self._state, str(wanted.get("username", "")), str(wanted.get(what, "")))

    def advance(self, request: Request) -> Response:
        """Moves the clock by `seconds`."""
        seconds = number_in("seconds", _values(request).get("seconds", ""), float)
        return _done(request, {"now": self._state.advance(seconds)})

    def show_sim(self, request: Request, iccid: str) -> Response:
        sim = self._state.sim(iccid)
        return _json(asdict(sim)) if sim else _json({"error": f"There is no SIM {iccid}."}, 404)

    def change_sim(self, request: Request, iccid: str) -> Response:
        """Fields of a SIM by name, changed behind the API's back."""
        return _json(asdict(self._state.change_sim(iccid, **_values(request))))


def _is_form(request: Request) -> bool:
    return request.mimetype == "application/x-www-form-urlencoded"


def _values(request: Request) -> Mapping[str, Any]:
    if _is_form(request):
        return {name: value for name, value in request.form.to_dict().items() if value}
    if not request.get_data():
        return {}
    body = json_body(request)
    if not isinstance(body, dict):
        raise Unusable("The body must be a JSON object.")
    return body


def _done(request: Request, payload: Mapping[str, Any], status: int = 200) -> Response:
    return redirect("/", 303) if _is_form(request) else _json(payload, status)


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


def _whole(name: str, value: object) -> int:
    return int(number_in(name, value, int))


def _json(payload: Any, status: int = 200) -> Response:
    return Response(json.dumps(payload, default=_plain), status, content_type="application/json")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
