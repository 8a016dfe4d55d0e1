"""The page at `/`: what this is, how to point an extension at it, and the common screws as plain forms."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup
from werkzeug.wrappers import Response

from extensions.core.contract.sandboxing import faults, pages
from extensions.core.contract.sandboxing.calls import Call
from extensions.core.contract.sandboxing.faults import Fault, Kind
from extensions.core.contract.sandboxing.pages import button, code, empty_row, join, moment, options, row, times_left

from .model import STATUSES, Account, Sim
from .problems import MESSAGES
from .quota import Quota
from .settings import CHOICES, Settings
from .soap.services import services
from .state import State

_HERE = Path(__file__).parent
_SHOWN_CALLS = 20
MEANINGS = faults.MEANINGS | {
    Kind.SERVER_ERROR: ("Server error", "500 with MLM_DEFAULT_ERROR_CODE"),
    Kind.ERROR: ("Error code", "500 with the code of your choice, such as MLM_QUOTA_EXCEEDED"),
    Kind.THROTTLE: ("Throttling", "500 with REQ.REJECTED_BY_SLM_MONITOR"),
    Kind.EXPIRED_KEY: ("Wrong password", "the credentials are refused, whatever they are"),
    Kind.NEVER_HAPPENS: ("Change that never happens", "a ticket is given that waits for ever"),
}
_PATHS = {
    "*": "every call",
    "*/ConnectivityDirectory-1/*": "reading SIMs",
    "*/getConnectivityDirectory": "SIMs by identifier",
    "*/searchInConnectivityDirectory": "search and connection check",
    "*/submitUpdateSimStatusRequest": "asking for a change of state",
    "*/getUpdateSimStatusResult": "what became of a change",
}
_LABELS = {
    "latency_ms": "Latency, ms",
    "rate_limit": "Calls per second and customer (0: no limit)",
    "directory_base": "Monthly calls of the directory, beside 3 for each subscription",
    "lifecycle_base": "Monthly calls of the life cycle, beside 0.06 for each subscription",
    "most_results": "Hits that a search counts at most",
    "waiting_s": "Change of state waits, s",
    "work_s": "and is worked on then, s",
    "api_version": "Version that the service speaks",
    "wrong_password": "Wrong password is answered by",
    "too_many_lines": "Too many lines are told as",
    "tracking": "Replies carry trackingHeader",
}


def response(state: State, base_url: str) -> Response:
    accounts, url, settings = state.accounts(), base_url.rstrip("/"), state.settings
    return pages.page(
        _HERE / "page.html",
        base_url=url,
        now=f"{moment(state.settle())} UTC",
        accounts=join(map(_account_row, accounts)),
        services=join(map(_service_item, (f"{url}/MLM/{name}" for name in services(settings.api_version)))),
        quotas=join(map(_quota_row, state.quotas())),
        kinds=options({kind: label for kind, (label, _) in MEANINGS.items()}),
        meanings=join(Markup("<dt>{}</dt><dd>{}</dd>").format(*meaning) for meaning in MEANINGS.values()),
        names=options({name: name for account in accounts for name in (account.login, account.customer_id)}),
        paths=options(_PATHS),
        codes=options(MESSAGES),
        faults=join(map(_fault_row, state.faults())) or empty_row("No fault is active.", 6),
        calls=join(map(_call_row, reversed(state.calls(last=_SHOWN_CALLS)))) or empty_row("No call yet.", 6),
        settings=join(_setting(settings, name, label) for name, label in _LABELS.items()),
        statuses=options({status: status for status in STATUSES}),
        pending=join(map(_pending_row, state.pending())) or empty_row("Nothing is pending.", 4),
        sims=join(row(customer, status, sims, code(ssn)) for customer, status, sims, ssn in state.overview()),
    )


def _account_row(account: Account) -> Markup:
    rights = "reads and changes" if account.may_change else "reads"
    new = button("/_sandbox/passwords", "login", account.login, "New password")
    shown = rights if account.known else "unknown to the directory"
    return row(code(account.login), code(account.password), account.customer_id, shown, new)


def _service_item(url: str) -> Markup:
    return Markup('<li><code>{}</code> (<a href="{}?wsdl">WSDL</a>)</li>').format(url, url)


def _quota_row(quota: Quota) -> Markup:
    hidden = Markup('<input type="hidden" name="customer_id" value="{}">').format(quota.customer_id)
    hidden += Markup('<input type="hidden" name="service" value="{}">').format(quota.service)
    buttons = Markup('<button>Spend all</button> <button name="used" value="0">Give back</button>')
    form = Markup('<form method="post" action="/_sandbox/quota">{}{}</form>').format(hidden, buttons)
    return row(quota.customer_id, quota.service, quota.used, quota.allowed, form)


def _fault_row(fault: Fault) -> Markup:
    seconds = f"{fault.seconds:g}" if fault.seconds else ""
    clear = button("/_sandbox/faults/clear", "id", fault.id, "Clear")
    label = f"{MEANINGS[fault.kind][0]} {fault.error_code}"
    return row(label, fault.account or "any", code(fault.path), seconds, times_left(fault.times), clear)


def _call_row(call: Call) -> Markup:
    done = ", ".join(f"{one.ssn} → {one.after}" for one in call.performed[:3])
    answer = "no answer" if call.status is None else f"{call.status} {call.error_code or ''}"
    shown = answer if call.finished else "in progress"
    called = code(f"{call.method} {call.path}")
    return row(f"{call.at:%H:%M:%S}", call.account or "nobody", called, shown, done, call.fault)


def _pending_row(sim: Sim) -> Markup:
    asked = moment(sim.change_requested_at) if sim.change_requested_at else ""
    return row(code(sim.ssn), sim.status, sim.requested_status, asked)


def _setting(settings: Settings, name: str, label: str) -> Markup:
    return pages.setting(name, label, getattr(settings, name), CHOICES.get(name, ()))
