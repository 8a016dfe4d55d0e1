"""Putting one change of a SIM into force, with its line of history."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from extensions.core.contract.sandboxing.records import insert, update

from . import fleet
from .model import ACTIVATED, CUSTOM_KEYS, AuditLine, Sim
from .push import events, queue

# Field of a SIM -> the event that tells of its change.
_TOLD = {
    "status": events.STATE_CHANGE,
    "rate_plan": events.PLAN_CHANGE,
    "imei": events.IMEI_CHANGE,
    "session_started": events.SESSION_START,
    "session_ended": events.SESSION_STOP,
}


def apply_change(db: sqlite3.Connection, iccid: str, name: str, value: str, at: datetime, username: str) -> None:
    """Sets a field or custom field. A value that it has already leaves SIM and history as they are."""
    sim = fleet.find(db, iccid)
    if sim is None:
        return
    before = sim.customs.get(name, "") if name in CUSTOM_KEYS else getattr(sim, name)
    if before == value:
        return
    update(db, "sims", ("iccid", iccid), {**_values(sim, name, value, at), "date_updated": at})
    push_change(db, sim, name, at)
    write_audit(db, AuditLine(None, iccid, at, username, name, str(before), value))


def push_change(db: sqlite3.Connection, before: Sim, name: str, at: datetime) -> None:
    """Tells of a change that is in force, where the account has a rule for it and the kind is one that is told of."""
    sim = fleet.find(db, before.iccid)
    was, now = (getattr(each, name, None) for each in (before, sim))
    if sim and name in _TOLD and now and was != now:
        queue.plan(db, _TOLD[name], sim, at, before=str(was or ""))


def write_audit(db: sqlite3.Connection, line: AuditLine) -> None:
    insert(db, "audit", [line], AuditLine)


def _values(sim: Sim, name: str, value: str, at: datetime) -> dict[str, Any]:
    if name in CUSTOM_KEYS:
        return {"customs": {**sim.customs, name: value}}
    if name == "status" and value == ACTIVATED and sim.date_activated is None:
        return {"status": value, "date_activated": at}
    return {name: value}
