"""The call log: every call as it came, how it was answered, and what it really performed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from .records import columns, encode, load, stamp, unstamp

KEPT_CALLS = 50_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `account` is the user name it claimed; `status` None: it was never answered.

    `performed`: what it did, of a kind that each sandbox has.
    """

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
    performed: tuple[Any, ...] = ()


def tables(performed: type) -> tuple[str, ...]:
    """Statements for the log of a sandbox whose calls perform this kind of thing, a dataclass."""
    return (
        """create table if not exists calls (id integer primary key autoincrement, at, account, transport, method,
           path, parameters, status, error_code, fault, finished)""",
        f"create table if not exists performed (id integer primary key, call_id, {', '.join(columns(performed))})",
        "create index if not exists performed_by_call on performed (call_id)",
    )


def redacted(parameters: Mapping[str, Any], secret: Iterable[str]) -> dict[str, Any]:
    """Parameters without what is secret: names in lower case, without underscores."""
    hidden = frozenset(secret)
    return {key: _hidden(key, value, hidden) for key, value in parameters.items()}


def begin(db: sqlite3.Connection, at: datetime, call: Mapping[str, Any]) -> int:
    """Writes the call, redacted already, before anything is done for it; returns its id."""
    row = {**call, "at": stamp(at), "parameters": json.dumps(call["parameters"])}
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


def record(db: sqlite3.Connection, call_id: int | None, done: Any) -> None:
    """Writes what a call performed, in the transaction that performs it."""
    names = columns(type(done))
    statement = f"insert into performed (call_id, {', '.join(names)}) values (?{', ?' * len(names)})"  # noqa: S608
    db.execute(statement, (call_id, *map(encode, astuple(done))))


def read(db: sqlite3.Connection, performed: type, after: int = 0, last: int | None = None) -> list[Call]:
    """Calls in the order they came, those with an id above `after`, only the `last` so many."""
    limit = -1 if last is None else last
    rows = db.execute("select * from calls where id > ? order by id desc limit ?", (after, limit)).fetchall()
    done = _performed_since(db, performed, rows[-1]["id"]) if rows else {}
    return [_call(row, tuple(done.get(row["id"], ()))) for row in reversed(rows)]


def _performed_since(db: sqlite3.Connection, kind: type, call_id: int) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in db.execute("select * from performed where call_id >= ? order by id", (call_id,)):
        found.setdefault(row["call_id"], []).append(load(kind, row))
    return found


def _call(row: sqlite3.Row, performed: tuple[Any, ...]) -> Call:
    values = {name: row[name] for name in ("id", "account", "transport", "method", "path", "status", "error_code")}
    return Call(
        **values,
        at=unstamp(row["at"]),
        parameters=json.loads(row["parameters"]),
        fault=row["fault"],
        finished=bool(row["finished"]),
        performed=performed,
    )


def _hidden(key: str, value: object, secret: frozenset[str]) -> object:
    if key.replace("_", "").lower() in secret:
        return f"({len(str(value))} characters)"
    return redacted(value, secret) if isinstance(value, Mapping) else value


def _forget_before(db: sqlite3.Connection, call_id: int) -> None:
    db.execute("delete from calls where id < ?", (call_id,))
    db.execute("delete from performed where call_id < ?", (call_id,))
