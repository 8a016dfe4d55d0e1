"""Changing a SIM: the carrier's rules first, then all of it at once, in force now or later."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from extensions.core.contract.sandboxing.records import stamp

from . import fleet, log
from .changes import apply_change
from .model import (
    ACTIVATED,
    CUSTOM_KEYS,
    DEACTIVATED,
    OVERRIDES,
    PRE_ACTIVATION,
    USER_STATUSES,
    Account,
    Role,
    Sim,
)
from .problems import Problem, Reason
from .settings import Settings

MAX_AHEAD = timedelta(days=180)
MAX_DEVICE_ID = 50
MAX_MODEM_ID = 40
_FORBIDDEN_IN_IDS = re.compile(r"[,*]")
_CUSTOM_REASONS = {
    "operator": Reason.OPERATOR_CUSTOMS_FORBIDDEN,
    "account": Reason.ACCOUNT_CUSTOMS_FORBIDDEN,
    "customer": Reason.CUSTOMER_CUSTOMS_FORBIDDEN,
}


@dataclass(frozen=True)
class Edit:
    """Changes to one SIM: names of `Sim` fields and custom keys with their new text.

    `effective_at` None: now. `happens` false: accepted, and then nothing is done.
    """

    iccid: str
    changes: Mapping[str, str]
    effective_at: datetime | None = None
    call_id: int | None = None
    happens: bool = True


@dataclass(frozen=True)
class Desk:
    """What the rules need: the database, who asks, the settings and the time."""

    db: sqlite3.Connection
    account: Account
    settings: Settings
    now: datetime


def perform(desk: Desk, edit: Edit) -> bool:
    """Carries out an edit, or schedules it; true if all of it is in force. Problem if a rule refuses it."""
    if desk.account.role == Role.READ_ONLY:
        raise Problem(Reason.ROLE_FORBIDS)
    sim = fleet.owned(desk.db, desk.account, edit.iccid)
    for name, value in edit.changes.items():
        check(desk, sim, name, value)
    if edit.effective_at and edit.effective_at > desk.now + MAX_AHEAD:
        raise Problem(Reason.EFFECTIVE_DATE_INVALID)
    if not edit.happens:
        return False
    due = [_put(desk, sim, edit, name, value) for name, value in edit.changes.items()]
    return all(moment <= desk.now for moment in due)


def check(desk: Desk, sim: Sim, name: str, value: str) -> None:
    """Raises Problem if the carrier would not accept this value for this SIM."""
    if name == "status":
        check_transition(desk.settings, sim, value)
    elif name == "rate_plan":
        _check_rate_plan(desk, value)
    elif name == "communication_plan":
        _require(value in desk.account.communication_plans, Reason.COMMUNICATION_PLAN_INVALID)
    elif name == "customer":
        _require(not value or value in desk.account.customers, Reason.CUSTOMER_INVALID)
    elif name == "overage_limit_override":
        _require(value in OVERRIDES, Reason.OVERRIDE_INVALID)
    elif name == "device_id":
        _require(_is_id(value, MAX_DEVICE_ID), Reason.DEVICE_ID_INVALID)
    elif name == "modem_id":
        _require(_is_id(value, MAX_MODEM_ID), Reason.MODEM_ID_INVALID)
    elif name in CUSTOM_KEYS:
        check_custom_right(desk.account, name)


def check_custom_right(account: Account, key: str) -> None:
    group = key.rstrip("0123456789")
    _require(group in account.custom_groups, _CUSTOM_REASONS[group])


def check_transition(settings: Settings, sim: Sim, after: str) -> None:
    """Raises Problem unless the SIM may go to this status. Setting the status it has is no change."""
    _require(after in USER_STATUSES or after in PRE_ACTIVATION, Reason.STATUS_INVALID)
    if sim.suspended != "N":
        raise Problem(Reason.SIM_SUSPENDED, f"The SIM is suspended ({sim.suspended}); its status cannot change")
    if after == sim.status or after in settings.transitions.get(sim.status, ()):
        return
    if sim.status in (ACTIVATED, DEACTIVATED) and after in PRE_ACTIVATION:
        raise Problem(Reason.BACK_TO_PRE_ACTIVATION)
    raise Problem(Reason.TRANSITION_REFUSED, f"A SIM cannot go from {sim.status} to {after}")


def _put(desk: Desk, sim: Sim, edit: Edit, name: str, value: str) -> datetime:
    due = max(edit.effective_at or desk.now, desk.now) + _delay(desk.settings, name)
    before = sim.customs.get(name, "") if name in CUSTOM_KEYS else getattr(sim, name)
    log.record(desk.db, edit.call_id, log.Performed(sim.iccid, name, before, value, due))
    if due > desk.now:
        desk.db.execute(
            "insert into pending (iccid, field, value, due_at, username) values (?, ?, ?, ?, ?)",
            (sim.iccid, name, value, stamp(due), desk.account.username),
        )
    else:
        apply_change(desk.db, sim.iccid, name, value, due, desk.account.username)
    return due


def _delay(settings: Settings, name: str) -> timedelta:
    seconds = {"status": settings.state_delay_s, "rate_plan": settings.plan_delay_s}.get(name, 0)
    return timedelta(seconds=seconds)


def _check_rate_plan(desk: Desk, value: str) -> None:
    known = desk.db.execute(
        "select 1 from plans where account_id = ? and name = ?", (desk.account.account_id, value)
    ).fetchone()
    _require(known is not None, Reason.RATE_PLAN_INVALID)


def _is_id(value: str, longest: int) -> bool:
    return len(value) <= longest and not _FORBIDDEN_IN_IDS.search(value)


def _require(condition: bool, reason: Reason) -> None:
    if not condition:
        raise Problem(reason)
