"""The call log: every call as it came, how it was answered, and what it really performed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .records import stamp, unstamp

KEPT_CALLS = 50_000
SECRET_KEYS = ("password", "apikey", "licencekey", "licensekey", "callbackurl", "messagetext")


@dataclass(frozen=True, slots=True)
class Performed:
    """One thing that a call did: `what` is a field of the SIM, or "sms".

    `effective_at` is when the change comes into force; `sms_id` is set for a message.
    """

    iccid: str
    what: str
    before: str | None
    after: str | None
    effective_at: datetime | None = None
    sms_id: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `account` is the user name it claimed; `status` None: it was never answered."""

    id: int
    at: datetime
    account: str
    transport: str
    method: str
    path: str
    parameters: Mapping[str, Any]
    status: int | None
    error_code: str | None
    fault: str
    finished: bool
    performed: tuple[Performed, ...] = ()


def redacted(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters without secrets and without what people write to each other."""
    return {key: _hidden(key, value) for key, value in parameters.items()}


def begin(db: sqlite3.Connection, at: datetime, call: Mapping[str, Any]) -> int:
    """Writes the call before anything is done for it; returns its id."""
    row = {**call, "at": stamp(at), "parameters": json.dumps(redacted(call["parameters"]))}
    cursor = db.execute(
        """insert into calls (at, account, transport, method, path, parameters, fault, finished)
           values (:at, :account, :transport, :method, :path, :parameters, :fault, 0)""",
        row,
    )
    call_id = cursor.lastrowid or 0
    if call_id % 1000 == 0:
        _forget_before(db, call_id - KEPT_CALLS)
    return call_id


def finish(db: sqlite3.Connection, call_id: int, status: int | None, error_code: str | None) -> None:
    db.execute(
        "update calls set status = ?, error_code = ?, finished = 1 where id = ?",
        (status, error_code, call_id),
    )


def record(db: sqlite3.Connection, call_id: int | None, done: Performed) -> None:
    """Writes what a call performed, in the transaction that performs it."""
    effective = stamp(done.effective_at) if done.effective_at else None
    values = (call_id, done.iccid, done.what, done.before, done.after, effective, done.sms_id)
    db.execute(
        """insert into performed (call_id, iccid, what, before, after, effective_at, sms_id)
           values (?, ?, ?, ?, ?, ?, ?)""",
        values,
    )


def read(db: sqlite3.Connection, after: int = 0, last: int | None = None) -> list[Call]:
    """Calls in the order they came, those with an id above `after`, only the `last` so many."""
    limit = -1 if last is None else last
    rows = db.execute("select * from calls where id > ? order by id desc limit ?", (after, limit)).fetchall()
    done = _performed_since(db, rows[-1]["id"]) if rows else {}
    return [_call(row, tuple(done.get(row["id"], ()))) for row in reversed(rows)]


def _performed_since(db: sqlite3.Connection, call_id: int) -> dict[int, list[Performed]]:
    found: dict[int, list[Performed]] = {}
    for row in db.execute("select * from performed where call_id >= ? order by id", (call_id,)):
        effective = unstamp(row["effective_at"]) if row["effective_at"] else None
        done = Performed(row["iccid"], row["what"], row["before"], row["after"], effective, row["sms_id"])
        found.setdefault(row["call_id"], []).append(done)
    return found


def _call(row: sqlite3.Row, performed: tuple[Performed, ...]) -> Call:
    values = {name: row[name] for name in ("id", "account", "transport", "method", "path", "status", "error_code")}
    return Call(
        **values,
        at=unstamp(row["at"]),
        parameters=json.loads(row["parameters"]),
        fault=row["fault"],
        finished=bool(row["finished"]),
        performed=performed,
    )


def _hidden(key: str, value: object) -> object:
    if key.replace("_", "").lower() in SECRET_KEYS:
        return f"({len(str(value))} characters)"
    return redacted(value) if isinstance(value, Mapping) else value


def _forget_before(db: sqlite3.Connection, call_id: int) -> None:
    db.execute("delete from calls where id < ?", (call_id,))
    db.execute("delete from performed where call_id < ?", (call_id,))
