"""The page at `/`: what this is, how to point an extension at it, and the common screws as plain forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from markupsafe import Markup
from werkzeug.wrappers import Response

from .faults import MEANINGS, Fault
from .log import Call
from .model import Account
from .settings import CHOICES, Settings
from .soap.services import SERVICES
from .state import State

_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'"
_SHOWN_CALLS = 20
_PATHS = {
    "*": "every call",
    "*/echo/*": "connection check",
    "*/devices": "search",
    "*/devices/*": "everything about a SIM",
    "*/ctdUsages": "cycle-to-date usage",
    "*/usageInZone": "usage in a cycle",
    "*/smsMessages*": "SMS",
    "*/rateplans": "rate plans",
    "/ws/service/*": "every SOAP call",
    "*/GetTerminalDetails": "SOAP: everything about SIMs",
    "*/EditTerminal": "SOAP: change a SIM",
    "*/GetTerminalUsage": "SOAP: usage in a cycle",
    "*/SendSMS": "SOAP: send SMS",
}
_LABELS = {
    "latency_ms": "Latency, ms",
    "rate_limit": "Calls per second and account (0: no limit)",
    "throttle_status": "HTTP status when throttled",
    "state_delay_s": "Status change takes, s",
    "plan_delay_s": "Rate plan change takes, s",
    "sms_delay_s": "SMS delivery takes, s",
    "sms_max_length": "Longest SMS, characters",
    "search_window_days": "Widest search window, days (0: any)",
    "sms_id_key": "Key of the SMS id",
    "sms_usage_keys": "Spelling of the SMS usage keys",
    "lone_foreign_iccid": "SOAP: another account's SIM, asked for alone",
    "modified_page_size": "SOAP: SIMs on a page of changes (0: no pages)",
    "invoice_after_days": "Cycle is invoiced after, days",
}


def response(state: State, base_url: str) -> Response:
    template = Markup((_HERE / "page.html").read_text(encoding="utf-8"))  # noqa: S704
    accounts = state.accounts()
    body = template.format(
        base_url=base_url.rstrip("/"),
        now=f"{state.now():%Y-%m-%d %H:%M:%S} UTC",
        sims=sum(state.counts().values()),
        statuses=_join(map(_status_row, state.overview())),
        accounts=_join(map(_account_row, accounts)),
        soap_accounts=_join(map(_soap_account_row, accounts)),
        services=_join(Markup("<li><code>{}</code></li>").format(base_url.rstrip("/") + path) for path in SERVICES),
        login=f"{accounts[0].username}:{accounts[0].api_key}" if accounts else "user:key",
        kinds=_options({kind: label for kind, (label, _) in MEANINGS.items()}),
        meanings=_join(Markup("<dt>{}</dt><dd>{}</dd>").format(*meaning) for meaning in MEANINGS.values()),
        names=_options({name: name for account in accounts for name in (account.username, account.account_id)}),
        paths=_options(_PATHS),
        faults=_join(map(_fault_row, state.faults())) or _empty("No fault is active.", 6),
        calls=_join(map(_call_row, reversed(state.calls(last=_SHOWN_CALLS)))) or _empty("No call yet.", 6),
        settings=_join(_setting(state.settings, name, label) for name, label in _LABELS.items()),
    )
    reply = Response(body, content_type="text/html; charset=utf-8")
    reply.headers["Content-Security-Policy"] = _POLICY
    return reply


def style() -> Response:
    return Response((_HERE / "page.css").read_text(encoding="utf-8"), content_type="text/css; charset=utf-8")


def _account_row(account: Account) -> Markup:
    key_state = "expired" if account.key_expired else "valid"
    return Markup(
        "<tr><td><code>{}</code></td><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
        '<td><form method="post" action="/_sandbox/settings">'
        '<button name="expire_key" value="{}">Expire key</button> '
        '<button name="new_api_key" value="{}">New key</button></form></td></tr>'
    ).format(
        *(account.username, account.api_key, key_state, account.role, account.account_id, account.zone),
        *(account.username, account.username),
    )


def _soap_account_row(account: Account) -> Markup:
    return Markup(
        "<tr><td><code>{}</code></td><td><code>{}</code></td><td><code>{}</code></td>"
        '<td><form method="post" action="/_sandbox/settings">'
        '<button name="new_password" value="{}">New password</button> '
        '<button name="new_licence_key" value="{}">New licence key</button></form></td></tr>'
    ).format(
        *(account.username, account.password, account.licence_key),
        *(account.username, account.username),
    )


def _status_row(line: tuple[str, int, str]) -> Markup:
    return Markup("<tr><td>{}</td><td>{}</td><td><code>{}</code></td></tr>").format(*line)


def _fault_row(fault: Fault) -> Markup:
    left = "until cleared" if fault.times is None else f"{fault.times} more"
    if fault.times == 0:
        left = "holding a call"
    return Markup(
        "<tr><td>{}</td><td>{}</td><td><code>{} {}</code></td><td>{}</td><td>{}</td>"
        '<td><form method="post" action="/_sandbox/faults/clear">'
        '<button name="id" value="{}">Clear</button></form></td></tr>'
    ).format(
        *(MEANINGS[fault.kind][0], fault.account or "any", fault.method or "any", fault.path),
        *(f"{fault.seconds:g}" if fault.seconds else "", left, fault.id),
    )


def _call_row(call: Call) -> Markup:
    done = ", ".join(f"{one.what} → {one.after or one.sms_id}" for one in call.performed)
    answer = "no answer" if call.status is None else f"{call.status} {call.error_code or ''}"
    return Markup("<tr><td>{}</td><td>{}</td><td><code>{} {}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
        *(f"{call.at:%H:%M:%S}", call.account or "nobody", call.method, call.path),
        *(answer if call.finished else "in progress", done, call.fault),
    )


def _setting(settings: Settings, name: str, label: str) -> Markup:
    value = getattr(settings, name)
    if name not in CHOICES:
        entry = Markup('<input name="{}" value="{}" inputmode="decimal">').format(name, f"{value:g}")
    else:
        entry = Markup('<select name="{}">{}</select>').format(
            name, _options({choice: choice for choice in CHOICES[name]}, value)
        )
    return Markup("<label>{}{}</label>").format(label, entry)


def _options(choices: Mapping[str, str], chosen: str = "") -> Markup:
    return _join(
        Markup('<option value="{}"{}>{}</option>').format(value, Markup(" selected") if value == chosen else "", label)
        for value, label in choices.items()
    )


def _empty(text: str, width: int) -> Markup:
    return Markup('<tr><td colspan="{}">{}</td></tr>').format(width, text)


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)
