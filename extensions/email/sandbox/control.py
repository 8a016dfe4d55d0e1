"""The inbox at `/` and the control surface under `/_sandbox/`: for the person or test at this machine only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from .faults import fault_from
from .messages import Message
from .pages import controls, inbox
from .pages.frame import style
from .problems import Unusable, number_in
from .state import State

PREFIX = "/_sandbox"
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


def _rule(method: str, path: str, endpoint: str) -> Rule:
    return Rule(path, methods=[method], endpoint=endpoint)


ROUTES = Map(
    [
        _rule("GET", "/", "show_inbox"),
        _rule("GET", "/inbox.json", "list_messages"),
        _rule("GET", "/messages/<int:message>", "show_message"),
        _rule("GET", "/messages/<int:message>/html", "show_html"),
        _rule("GET", "/controls", "show_controls"),
        _rule("GET", f"{PREFIX}/style.css", "show_style"),
        _rule("GET", f"{PREFIX}/ca.pem", "show_ca"),
        _rule("GET", f"{PREFIX}/webhook-key", "show_webhook_key"),
        _rule("GET", f"{PREFIX}/faults", "list_faults"),
        _rule("POST", f"{PREFIX}/faults", "add_fault"),
        _rule("POST", f"{PREFIX}/faults/clear", "clear_faults"),
        _rule("GET", f"{PREFIX}/calls", "list_calls"),
        _rule("GET", f"{PREFIX}/settings", "show_settings"),
        _rule("POST", f"{PREFIX}/settings", "change_settings"),
        _rule("POST", f"{PREFIX}/advance", "advance"),
        _rule("POST", f"{PREFIX}/scripts", "add_script"),
        _rule("POST", f"{PREFIX}/scripts/clear", "clear_scripts"),
        _rule("POST", f"{PREFIX}/keys", "change_key"),
        _rule("POST", f"{PREFIX}/senders", "verify_sender"),
        _rule("POST", f"{PREFIX}/senders/forget", "forget_sender"),
        _rule("POST", f"{PREFIX}/messages/forget", "forget_messages"),
    ]
)


class Control:
    """Answers JSON to JSON; sends a browser's form back to the page."""

    def __init__(self, state: State) -> None:
        self._state = state

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

    # Pages

    def show_inbox(self, request: Request) -> Response:
        before = request.args.get("before", "")
        wanted = _whole("before", before) if before else None
        return inbox.listed(self._state, request.args.get("to", "").strip(), wanted)

    def show_message(self, request: Request, message: int) -> Response:
        found = self._state.message(message)
        if found is None:
            raise NotFound
        return inbox.shown(*found)

    def show_html(self, request: Request, message: int) -> Response:
        found = self._state.message(message)
        if found is None:
            raise NotFound
        return inbox.html_part(found[0])

    def show_controls(self, request: Request) -> Response:
        return controls.response(self._state, request.host_url)

    def show_style(self, request: Request) -> Response:
        return style()

    # For tests and clients

    def list_messages(self, request: Request) -> Response:
        """`to=`: only messages whose recipient contains it. `limit=`: only so many, newest first."""
        limit = request.args.get("limit")
        found = self._state.messages(request.args.get("to", ""), None, -1 if limit is None else _whole("limit", limit))
        return _json({"messages": [_shown(message) for message in found]})

    def show_ca(self, request: Request) -> Response:
        return Response(self._state.identity.ca_pem, content_type="application/x-pem-file")

    def show_webhook_key(self, request: Request) -> Response:
        return Response(self._state.identity.public_key, content_type="text/plain; charset=utf-8")

    def list_faults(self, request: Request) -> Response:
        return _json({"faults": [asdict(fault) for fault in self._state.faults()]})

    def list_calls(self, request: Request) -> Response:
        """`after=`: only calls with a higher id. `last=`: only so many."""
        after, last = request.args.get("after", 0), request.args.get("last")
        calls = self._state.calls(_whole("after", after), None if last is None else _whole("last", last))
        return _json({"calls": [asdict(call) for call in calls]})

    def show_settings(self, request: Request) -> Response:
        return _json(asdict(self._state.settings))

    # Screws

    def add_fault(self, request: Request) -> Response:
        fault = self._state.add_fault(fault_from(_values(request)))
        return _done(request, asdict(fault), 201)

    def clear_faults(self, request: Request) -> Response:
        """All of them, or the one called `id`."""
        wanted = _values(request).get("id")
        cleared = self._state.clear_faults(None if wanted is None else _whole("id", wanted))
        return _done(request, {"cleared": cleared})

    def change_settings(self, request: Request) -> Response:
        return _done(request, asdict(self._state.change_settings(**_values(request, keep=("webhook_url",)))))

    def advance(self, request: Request) -> Response:
        """Moves the clock by `seconds`."""
        seconds = number_in("seconds", _values(request).get("seconds", ""), float)
        return _done(request, {"now": self._state.advance(seconds)})

    def add_script(self, request: Request) -> Response:
        """`recipient` (empty: anybody), `answer` such as `451 4.3.2 Try again later`, `times` (empty: always)."""
        values = _values(request)
        self._state.script(str(values.get("recipient", "")), str(values.get("answer", "")), values.get("times"))
        return _done(request, {"scripts": [asdict(script) for script in self._state.scripts()]}, 201)

    def clear_scripts(self, request: Request) -> Response:
        self._state.clear_scripts()
        return _done(request, {"scripts": []})

    def change_key(self, request: Request) -> Response:
        """`name` of an API key, and its `state`: valid, revoked or blocked."""
        values = _values(request)
        self._state.set_key_state(str(values.get("name", "")), str(values.get("state", "")))
        return _done(request, {"keys": {key.name: key.state for key in self._state.api_keys()}})

    def verify_sender(self, request: Request) -> Response:
        """`name`: an address, or a domain for all of its addresses."""
        self._state.add(senders=[str(_values(request).get("name", ""))])
        return _done(request, {"senders": self._state.senders()})

    def forget_sender(self, request: Request) -> Response:
        self._state.forget_sender(str(_values(request).get("name", "")))
        return _done(request, {"senders": self._state.senders()})

    def forget_messages(self, request: Request) -> Response:
        self._state.forget_messages()
        return _done(request, {"messages": []}, back="/")


def _is_form(request: Request) -> bool:
    return request.mimetype == "application/x-www-form-urlencoded"


def _values(request: Request, keep: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """Fields of a form, without the empty ones but those to `keep`, or of a JSON object."""
    if _is_form(request):
        return {name: value for name, value in request.form.to_dict().items() if value or name in keep}
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Unusable("The body must be a JSON object.")
    return body


def _done(request: Request, payload: Mapping[str, Any], status: int = 200, back: str = "/controls") -> Response:
    return redirect(back, 303) if _is_form(request) else _json(payload, status)


def _shown(message: Message) -> dict[str, Any]:
    names = "id at transport account message_id sender sender_name subject text html custom_args categories state"
    return {"to": message.recipient} | {name: getattr(message, name) for name in names.split()}


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
    return Response(json.dumps(payload), status, content_type="application/json")
