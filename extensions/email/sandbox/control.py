"""The inbox at `/` and the control surface under `/_sandbox/`: for the person or test at this machine only."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from extensions.core.contract.sandboxing import pages
from extensions.core.contract.sandboxing.controls import (
    PREFIX,
    Controls,
    common_rules,
    json_reply,
    rule,
    values_of,
    whole,
)

from .faults import fault_from
from .messages import Message
from .pages import controls, inbox

_STYLE = Path(__file__).parent / "pages/page.css"
ROUTES = Map(
    [
        *common_rules(),
        rule("GET", "/", "show_inbox"),
        rule("GET", "/inbox.json", "list_messages"),
        rule("GET", "/messages/<int:message>", "show_message"),
        rule("GET", "/messages/<int:message>/html", "show_html"),
        rule("GET", "/controls", "show_controls"),
        rule("GET", f"{PREFIX}/style.css", "show_style"),
        rule("GET", f"{PREFIX}/ca.pem", "show_ca"),
        rule("GET", f"{PREFIX}/webhook-key", "show_webhook_key"),
        rule("GET", f"{PREFIX}/settings", "show_settings"),
        rule("POST", f"{PREFIX}/settings", "change_settings"),
        rule("POST", f"{PREFIX}/scripts", "add_script"),
        rule("POST", f"{PREFIX}/scripts/clear", "clear_scripts"),
        rule("POST", f"{PREFIX}/keys", "change_key"),
        rule("POST", f"{PREFIX}/senders", "verify_sender"),
        rule("POST", f"{PREFIX}/senders/forget", "forget_sender"),
        rule("POST", f"{PREFIX}/messages/forget", "forget_messages"),
    ]
)


class Control(Controls):
    routes = ROUTES
    back = "/controls"
    fault_from = staticmethod(fault_from)

    # Pages

    def show_inbox(self, request: Request) -> Response:
        before = request.args.get("before", "")
        wanted = whole("before", before) if before else None
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
        return pages.style(_STYLE)

    # For tests and clients

    def list_messages(self, request: Request) -> Response:
        """`to=`: only messages whose recipient contains it. `limit=`: only so many, newest first."""
        limit = request.args.get("limit")
        found = self._state.messages(request.args.get("to", ""), None, -1 if limit is None else whole("limit", limit))
        return json_reply({"messages": [_shown(message) for message in found]})

    def show_ca(self, request: Request) -> Response:
        return Response(self._state.identity.ca_pem, content_type="application/x-pem-file")

    def show_webhook_key(self, request: Request) -> Response:
        return Response(self._state.identity.public_key, content_type="text/plain; charset=utf-8")

    def show_settings(self, request: Request) -> Response:
        return json_reply(asdict(self._state.settings))

    # Screws

    def change_settings(self, request: Request) -> Response:
        return self.done(request, asdict(self._state.change_settings(**values_of(request, keep=("webhook_url",)))))

    def add_script(self, request: Request) -> Response:
        """`recipient` (empty: anybody), `answer` such as `451 4.3.2 Try again later`, `times` (empty: always)."""
        values = values_of(request)
        self._state.script(str(values.get("recipient", "")), str(values.get("answer", "")), values.get("times"))
        return self.done(request, {"scripts": [asdict(script) for script in self._state.scripts()]}, 201)

    def clear_scripts(self, request: Request) -> Response:
        self._state.clear_scripts()
        return self.done(request, {"scripts": []})

    def change_key(self, request: Request) -> Response:
        """`name` of an API key, and its `state`: valid, revoked or blocked."""
        values = values_of(request)
        self._state.set_key_state(str(values.get("name", "")), str(values.get("state", "")))
        return self.done(request, {"keys": {key.name: key.state for key in self._state.api_keys()}})

    def verify_sender(self, request: Request) -> Response:
        """`name`: an address, or a domain for all of its addresses."""
        self._state.add(senders=[str(values_of(request).get("name", ""))])
        return self.done(request, {"senders": self._state.senders()})

    def forget_sender(self, request: Request) -> Response:
        self._state.forget_sender(str(values_of(request).get("name", "")))
        return self.done(request, {"senders": self._state.senders()})

    def forget_messages(self, request: Request) -> Response:
        self._state.forget_messages()
        return self.done(request, {"messages": []}, back="/")


def _shown(message: Message) -> dict[str, Any]:
    names = "id at transport account message_id sender sender_name subject text html custom_args categories state"
    return {"to": message.recipient} | {name: getattr(message, name) for name in names.split()}
