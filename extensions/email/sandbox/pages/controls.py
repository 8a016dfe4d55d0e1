"""The page of controls: how an extension is pointed here, and the common screws as plain forms."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup
from werkzeug.wrappers import Response

from extensions.core.contract.sandboxing.pages import (
    button,
    code,
    empty_row,
    join,
    moment,
    options,
    page,
    row,
    setting,
    times_left,
)

from ..accounts import ApiKey, SmtpUser
from ..faults import MEANINGS, Fault
from ..log import Call
from ..ports import ports_of
from ..scripts import Script
from ..state import State

_HERE = Path(__file__).parent
_SHOWN_CALLS = 20
_PATHS = {
    "*": "every call",
    "/v3/mail/send": "sending by API key",
    "/v3/scopes": "connection check by API key",
    "smtp/connect": "SMTP: the greeting",
    "smtp/auth": "SMTP: the login",
    "smtp/noop": "SMTP: connection check",
    "smtp/mail": "SMTP: the sender",
    "smtp/rcpt": "SMTP: the recipient",
    "smtp/message": "SMTP: the message itself",
}
_LABELS = {
    "latency_ms": "Latency, ms",
    "rate_limit": "Calls per minute and API key (0: no limit)",
    "max_message_bytes": "Largest message, bytes",
    "event_delay_s": "Between two events of a message, s",
    "webhook_duplicates": "Every post twice",
    "webhook_reversed": "Events in the wrong order",
    "webhook_forged": "Signed by somebody else",
}


def response(state: State, base_url: str) -> Response:
    settings, ports = state.settings, ports_of(urlsplit(base_url).port or 80)
    return page(
        _HERE / "controls.html",
        base_url=base_url.rstrip("/"),
        smtp=ports.smtp,
        smtps=ports.smtps,
        keys=join(map(_key_row, state.api_keys())),
        users=join(map(_user_row, state.users())),
        senders=join(map(_sender, state.senders())) or Markup("<li>None.</li>"),
        ca=state.identity.ca_pem,
        public_key=state.identity.public_key,
        webhook_url=settings.webhook_url,
        now=f"{moment(state.now())} UTC",
        settings=join(setting(name, label, getattr(settings, name)) for name, label in _LABELS.items()),
        kinds=options({kind: label for kind, (label, _) in MEANINGS.items()}),
        meanings=join(Markup("<dt>{}</dt><dd>{}</dd>").format(*meaning) for meaning in MEANINGS.values()),
        paths=options(_PATHS),
        faults=join(map(_fault_row, state.faults())) or empty_row("No fault is active.", 5),
        scripts=join(map(_script_row, state.scripts())) or empty_row("Nothing is scripted.", 3),
        calls=join(map(_call_row, reversed(state.calls(last=_SHOWN_CALLS)))) or empty_row("No call yet.", 6),
    )


def _key_row(key: ApiKey) -> Markup:
    others = [state for state in ("valid", "revoked", "blocked") if state != key.state]
    change = Markup('<form method="post" action="/_sandbox/keys"><input type="hidden" name="name" value="{}">{}</form>')
    buttons = join(Markup('<button name="state" value="{}">Make {}</button> ').format(each, each) for each in others)
    return row(key.name, code(key.key), key.state, change.format(key.name, buttons), ", ".join(key.scopes) or "none")


def _user_row(user: SmtpUser) -> Markup:
    return row(code(user.username), code(user.password))


def _sender(name: str) -> Markup:
    return Markup("<li>{} {}</li>").format(code(name), button("/_sandbox/senders/forget", "name", name, "Forget"))


def _fault_row(fault: Fault) -> Markup:
    clear = button("/_sandbox/faults/clear", "id", fault.id, "Clear")
    return row(
        MEANINGS[fault.kind][0],
        code(fault.path),
        f"{fault.seconds:g}" if fault.seconds else "",
        times_left(fault.times),
        clear,
    )


def _script_row(script: Script) -> Markup:
    left = "always" if script.times is None else f"{script.times} more"
    return row(script.recipient or "anybody", code(script.answer), left)


def _call_row(call: Call) -> Markup:
    answer = "no answer" if call.status is None else f"{call.status} {call.words}"
    return row(moment(call.at), call.account or "nobody", code(call.path), answer, call.taken or "", call.fault)
