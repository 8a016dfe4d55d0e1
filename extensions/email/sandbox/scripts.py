"""Recipients that the SMTP server answers in a way of their own: by name, or as a person wrote down."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from extensions.core.contract.sandboxing.problems import Unusable, number_in

from .events import magic_name

GREYLISTED = "451 4.7.1 Greylisted, please try again in a few minutes"
_FIXED = {
    "full": "452 4.2.2 The mailbox is full",
    "unknown": "550 5.1.1 The email account that you tried to reach does not exist",
}
_ANSWER = re.compile(r"[2-5]\d\d [\x20-\x7e]+")


@dataclass(frozen=True)
class Script:
    """`answer` to RCPT of `recipient` (empty: anybody), so many `times`; None for always."""

    recipient: str
    answer: str
    times: int | None = None
    id: int | None = None


def add(db: sqlite3.Connection, recipient: str, answer: str, times: object = None) -> None:
    if not _ANSWER.fullmatch(answer):
        raise Unusable("An answer is a code and words, such as 451 4.3.2 Try again later.")
    count = None if times in (None, "") else int(number_in("times", times, int))
    db.execute(
        "insert into scripts (recipient, answer, times) values (?, ?, ?)", (recipient.strip().lower(), answer, count)
    )


def every(db: sqlite3.Connection) -> list[Script]:
    rows = db.execute("select recipient, answer, times, id from scripts order by id")
    return [Script(*row) for row in rows]


def clear(db: sqlite3.Connection) -> None:
    db.execute("delete from scripts")


def answer(db: sqlite3.Connection, sender: str, recipient: str) -> str:
    """What RCPT is answered with; empty for "as usual"."""
    return _written(db, recipient) or _by_name(db, sender.lower(), recipient.lower())


def _written(db: sqlite3.Connection, recipient: str) -> str:
    row = db.execute(
        """select id, answer from scripts where recipient in ('', ?) and (times is null or times > 0)
           order by id limit 1""",
        (recipient.lower(),),
    ).fetchone()
    if row is None:
        return ""
    db.execute("update scripts set times = times - 1 where id = ?", (row["id"],))
    db.execute("delete from scripts where times = 0")
    return row["answer"]


def _by_name(db: sqlite3.Connection, sender: str, recipient: str) -> str:
    name = magic_name(recipient)
    if name != "greylist":
        return _FIXED.get(name, "")
    first = db.execute("insert or ignore into greylist values (?, ?)", (sender, recipient)).rowcount
    return GREYLISTED if first else ""
