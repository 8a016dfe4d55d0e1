"""What happens by itself as the sandbox's clock moves: scheduled changes and deliveries."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from extensions.core.contract.sandboxing.records import insert, load, stamp

from . import fleet
from .changes import apply_change, write_audit
from .edits import check_transition
from .model import ACTIVATED, AuditLine, CycleUsage, Message, Pending, Sim
from .problems import Problem
from .settings import load_settings
from .usage import running_entry

_DUE_CHANGES = "select * from pending where due_at <= ? order by due_at, id"
_DUE_MESSAGES = """select * from messages where status = 'Pending' and deliver_at <= ? and iccid in
                   (select iccid from sims where not offline and status = ?) order by deliver_at, id"""


def anything_due(db: sqlite3.Connection, now: datetime) -> bool:
    moment = stamp(now)
    change = db.execute(f"{_DUE_CHANGES} limit 1", (moment,)).fetchone()
    return bool(change or db.execute(f"{_DUE_MESSAGES} limit 1", (moment, ACTIVATED)).fetchone())


def settle(db: sqlite3.Connection, now: datetime) -> None:
    """Puts everything into force that is due by now."""
    for row in db.execute(_DUE_CHANGES, (stamp(now),)).fetchall():
        _turn(db, load(Pending, row))
    for row in db.execute(_DUE_MESSAGES, (stamp(now), ACTIVATED)).fetchall():
        _deliver(db, load(Message, row), now)


def _turn(db: sqlite3.Connection, change: Pending) -> None:
    db.execute("delete from pending where id = ?", (change.id,))
    sim = fleet.find(db, change.iccid)
    if sim is None:
        return
    if change.field == "status" and not _still_allowed(db, sim, change.value):
        before = (change.iccid, change.due_at, change.username, change.field, sim.status, change.value)
        write_audit(db, AuditLine(None, *before, outcome="Failed"))
        return
    apply_change(db, change.iccid, change.field, change.value, change.due_at, change.username)


def _still_allowed(db: sqlite3.Connection, sim: Sim, after: str) -> bool:
    try:
        check_transition(load_settings(db), sim, after)
    except Problem:
        return False
    return True


def _deliver(db: sqlite3.Connection, message: Message, now: datetime) -> None:
    at = message.deliver_at or now
    delivered = replace(message, status="Delivered", date_received=at, date_modified=at)
    insert(db, "messages", [delivered], Message)
    _count_message(db, message, at)


def _count_message(db: sqlite3.Connection, message: Message, at: datetime) -> None:
    """A delivered message shows in the cycle's usage, as it does at the carrier."""
    sim = fleet.find(db, message.iccid)
    if sim:
        entry = running_entry(db, sim, at)
        insert(db, "usage", [replace(entry, sms_mt=(entry.sms_mt or 0) + 1)], CycleUsage)
