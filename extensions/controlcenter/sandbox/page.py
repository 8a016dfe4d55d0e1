"""The page at `/`: what this is, how to point an extension at it, and the common screws as plain forms."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup
from werkzeug.wrappers import Response

from extensions.core.contract.sandboxing import faults, pages
from extensions.core.contract.sandboxing.calls import Call
from extensions.core.contract.sandboxing.faults import Fault, Kind
from extensions.core.contract.sandboxing.pages import button, code, empty_row, join, moment, options, row, times_left

from .model import Account
from .push.page import section
from .settings import CHOICES, Settings
from .soap.services import SERVICES
from .state import State

_HERE = Path(__file__).parent
_SHOWN_CALLS = 20
MEANINGS = faults.MEANINGS | {
    Kind.SERVER_ERROR: ("Server error", "500 with the carrier's own words: 30000001 over REST, 400300 over SOAP"),
    Kind.THROTTLE: ("Throttling", "40000029 or 400101, with Retry-After if given"),
    Kind.EXPIRED_KEY: ("Expired key", "401 over REST, 400100 over SOAP, whatever the key"),
}
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
    accounts, url = state.accounts(), base_url.rstrip("/")
    return pages.page(
        _HERE / "page.html",
        base_url=url,
        now=f"{moment(state.now())} UTC",
        sims=sum(state.counts().values()),
        statuses=join(row(status, sims, code(iccid)) for status, sims, iccid in state.overview()),
        accounts=join(map(_account_row, accounts)),
        soap_accounts=join(map(_soap_account_row, accounts)),
        services=join(Markup("<li><code>{}</code></li>").format(url + path) for path in SERVICES),
        login=f"{accounts[0].username}:{accounts[0].api_key}" if accounts else "user:key",
        kinds=options({kind: label for kind, (label, _) in MEANINGS.items()}),
        meanings=join(Markup("<dt>{}</dt><dd>{}</dd>").format(*meaning) for meaning in MEANINGS.values()),
        names=options({name: name for account in accounts for name in (account.username, account.account_id)}),
        paths=options(_PATHS),
        faults=join(map(_fault_row, state.faults())) or empty_row("No fault is active.", 6),
        calls=join(map(_call_row, reversed(state.calls(last=_SHOWN_CALLS)))) or empty_row("No call yet.", 6),
        push=section(state),
        settings=join(_setting(state.settings, name, label) for name, label in _LABELS.items()),
    )


def _account_row(account: Account) -> Markup:
    key_state = "expired" if account.key_expired else "valid"
    cells = (code(account.username), code(account.api_key), key_state, account.role, account.account_id, account.zone)
    return row(*cells, _buttons(account, expire_key="Expire key", new_api_key="New key"))


def _soap_account_row(account: Account) -> Markup:
    cells = map(code, (account.username, account.password, account.licence_key))
    return row(*cells, _buttons(account, new_password="New password", new_licence_key="New licence key"))  # noqa: S106


def _buttons(account: Account, **labels: str) -> Markup:
    shown = (
        Markup('<button name="{}" value="{}">{}</button> ').format(name, account.username, label)
        for name, label in labels.items()
    )
    return Markup('<form method="post" action="/_sandbox/settings">{}</form>').format(join(shown))


def _fault_row(fault: Fault) -> Markup:
    where = code(f"{fault.method or 'any'} {fault.path}")
    seconds = f"{fault.seconds:g}" if fault.seconds else ""
    clear = button("/_sandbox/faults/clear", "id", fault.id, "Clear")
    return row(MEANINGS[fault.kind][0], fault.account or "any", where, seconds, times_left(fault.times), clear)


def _call_row(call: Call) -> Markup:
    done = ", ".join(f"{one.what} → {one.after or one.sms_id}" for one in call.performed)
    answer = "no answer" if call.status is None else f"{call.status} {call.error_code or ''}"
    called = code(f"{call.method} {call.path}")
    shown = answer if call.finished else "in progress"
    return row(f"{call.at:%H:%M:%S}", call.account or "nobody", called, shown, done, call.fault)


def _setting(settings: Settings, name: str, label: str) -> Markup:
    return pages.setting(name, label, getattr(settings, name), CHOICES.get(name, ()))
