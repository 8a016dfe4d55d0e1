"""Faults that a person puts in the way of calls; kept on disk until used up or cleared."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from .problems import Unusable, number_in
from .records import load


class Kind(StrEnum):
    SLOW = "slow"
    HANG = "hang"
    HANG_AFTER = "hang_after"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    HTML = "html"
    SERVER_ERROR = "server_error"
    ERROR = "error"
    THROTTLE = "throttle"
    EXPIRED_KEY = "expired_key"
    GARBAGE = "garbage"
    WRONG_TYPE = "wrong_type"
    NEVER_HAPPENS = "never_happens"


# Kind -> what people call it, and what it does; a sandbox adds what its service says then.
MEANINGS: Mapping[str, tuple[str, str]] = {
    Kind.SLOW: ("Slow reply", "waits so many seconds, then carries the call out and answers as usual"),
    Kind.HANG: ("Hang", "performs nothing; cuts the connection after so many seconds, or when cleared"),
    Kind.HANG_AFTER: ("Hang after performing", "carries the call out, and then hangs"),
    Kind.CUT_BEFORE: ("Cut connection", "before anything is performed"),
    Kind.CUT_AFTER: ("Cut connection after performing", "carries the call out, but nobody hears of it"),
    Kind.HTML: ("HTML error page", "502 from a gateway, not from the service"),
    Kind.SERVER_ERROR: ("Server error", "500 with the service's own words"),
    Kind.ERROR: ("Error code", "refuses the call with the code of your choice"),
    Kind.THROTTLE: ("Throttling", "refused for the number of calls"),
    Kind.EXPIRED_KEY: ("Expired key", "the credentials are refused, whatever they are"),
    Kind.GARBAGE: ("Garbled reply", "the reply breaks off in the middle"),
    Kind.WRONG_TYPE: ("Wrong content type", "the right body, called text/plain"),
    Kind.NEVER_HAPPENS: ("Edit that never happens", "accepted, and then nothing is done"),
}
TABLE = """create table if not exists faults (id integer primary key autoincrement, kind, account, path, method,
           seconds, times, error_code, status, retry_after)"""
_WHOLE = ("times", "status", "retry_after")


@dataclass(frozen=True)
class Target:
    """A call as faults choose it. `accounts`: names under which its user and account are known."""

    accounts: frozenset[str]
    method: str
    path: str
    edits: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    `account`: user name or account id; `method`: GET, PUT or POST; both empty for any.
    `path`: pattern such as `*/messages*`; a SOAP call's path ends in its operation, `*/Echo`.
    `seconds`: wait before the fault takes effect; for a hang its length, 0 for "until cleared".
    `times`: calls still to be hit; None for "until cleared"; 0 for a used-up hang that still holds its calls.
    """

    kind: str
    account: str = ""
    path: str = "*"
    method: str = ""
    seconds: float = 0.0
    times: int | None = None
    error_code: str = ""
    status: int | None = None
    retry_after: int | None = None
    id: int | None = None

    @property
    def hangs(self) -> bool:
        return self.kind in (Kind.HANG, Kind.HANG_AFTER)

    def hits(self, target: Target) -> bool:
        """Whether it concerns this call."""
        return (
            self.times != 0
            and (not self.account or self.account in target.accounts)
            and self.method in ("", target.method)
            and (self.kind != Kind.NEVER_HAPPENS or target.edits)
            and fnmatchcase(target.path, self.path)
        )


def fault_from(values: Mapping[str, Any]) -> Fault:
    """A fault from JSON or form fields. Unusable for what cannot be."""
    names = {f.name for f in fields(Fault)} - {"id"}
    unknown = sorted(set(values) - names)
    if unknown:
        raise Unusable(f"A fault has no field {unknown[0]}.")
    given = {name: value for name, value in values.items() if value not in ("", None)}
    if given.get("kind") not in list(Kind):
        raise Unusable(f"kind is one of {', '.join(Kind)}.")
    if given["kind"] == Kind.ERROR and "error_code" not in given:
        raise Unusable("The fault error needs an error_code.")
    return Fault(**{name: typed(name, value) for name, value in given.items()})


def add(db: sqlite3.Connection, fault: Fault) -> Fault:
    cursor = db.execute(
        """insert into faults (kind, account, path, method, seconds, times, error_code, status, retry_after)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            *(fault.kind, fault.account, fault.path, fault.method, fault.seconds),
            *(fault.times, fault.error_code, fault.status, fault.retry_after),
        ),
    )
    return replace(fault, id=cursor.lastrowid)


def active(db: sqlite3.Connection) -> list[Fault]:
    return [load(Fault, row) for row in db.execute("select * from faults order by id")]


def clear(db: sqlite3.Connection, fault_id: int | None = None) -> int:
    """Clears one fault, or all of them; returns how many."""
    return db.execute("delete from faults where ? is null or id = ?", (fault_id, fault_id)).rowcount


def take(db: sqlite3.Connection, target: Target) -> Fault | None:
    """The first fault that hits this call, counted as used."""
    for fault in active(db):
        if fault.hits(target):
            use(db, fault)
            return fault
    return None


def forget_used(db: sqlite3.Connection, fault: Fault) -> None:
    """A used-up hang that let its call go."""
    db.execute("delete from faults where id = ? and times = 0", (fault.id,))


def use(db: sqlite3.Connection, fault: Fault) -> None:
    """Counts a call that was hit."""
    if fault.times is None:
        return
    if fault.times == 1 and not fault.hangs:
        clear(db, fault.id)
    else:
        db.execute("update faults set times = times - 1 where id = ?", (fault.id,))


def typed(name: str, value: object) -> object:
    """A field of a fault from JSON or a form. Unusable for what cannot be."""
    if name not in (*_WHOLE, "seconds"):
        return str(value)
    number = number_in(name, value, float if name == "seconds" else int)
    if name == "times" and number == 0:
        raise Unusable("times is at least 1; leave it out for a fault that lasts until cleared.")
    return number
