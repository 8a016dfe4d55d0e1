"""The call log: every call, how it was answered, and how many messages it really brought in."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass

KEPT_CALLS = 50_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `account`: API key's name or SMTP user, empty if it proved none. `path` is what faults choose it by.

    `status`: HTTP status or SMTP code; None if it was not answered. `words`: the answer's. `taken`: messages, one for
    each recipient. Neither secrets nor addresses are in it.
    """

    at: float
    account: str
    transport: str
    path: str
    status: int | None
    words: str = ""
    fault: str = ""
    taken: int = 0
    id: int | None = None


def record(db: sqlite3.Connection, call: Call) -> None:
    """Writes the call, in the transaction that takes its messages."""
    cursor = db.execute(
        """insert into calls (at, account, transport, path, status, words, fault, taken)
           values (?, ?, ?, ?, ?, ?, ?, ?)""",
        astuple(call)[:-1],
    )
    if (cursor.lastrowid or 0) % 1000 == 0:
        db.execute("delete from calls where id < ?", ((cursor.lastrowid or 0) - KEPT_CALLS,))


def read(db: sqlite3.Connection, after: int = 0, last: int | None = None) -> list[Call]:
    """Calls in the order they came, those with an id above `after`, only the `last` so many."""
    limit = -1 if last is None else last
    rows = db.execute("select * from calls where id > ? order by id desc limit ?", (after, limit)).fetchall()
    return [Call(**dict(row)) for row in reversed(rows)]


def taken(db: sqlite3.Connection) -> int:
    """Messages that were taken since the log began."""
    return db.execute("select coalesce(sum(taken), 0) from calls").fetchone()[0]
