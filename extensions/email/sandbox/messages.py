"""Messages as they were taken, one row for each recipient."""

from __future__ import annotations

import json
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from uuid import uuid4

RECEIVED = "received"
_COLUMNS = "at transport account message_id recipient sender sender_name subject text html custom_args categories raw"


@dataclass(frozen=True)
class Message:
    """One message to one recipient.

    `at` is in Unix seconds. `transport`: rest, smtp or smtps, and `account` whose credentials. `message_id` is the
    service's own. `raw`: the JSON body, or the message as it came over SMTP. `state` is that of the last event, or
    `received`. `reports`: events about it are made.
    """

    at: float
    transport: str
    account: str
    message_id: str
    recipient: str
    sender: str
    subject: str
    text: str
    html: str
    raw: bytes = field(repr=False)
    sender_name: str = ""
    custom_args: Mapping[str, str] = field(default_factory=dict)
    categories: Sequence[str] = ()
    state: str = RECEIVED
    reports: bool = False
    id: int | None = None


def make_id() -> str:
    """22 letters, as the service's ids of messages and events are."""
    return urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")


def insert(db: sqlite3.Connection, message: Message) -> int:
    """Returns the id of the row."""
    names = [*_COLUMNS.split(), "state", "reports"]
    marks = ", ".join("?" * len(names))
    values = [_stored(getattr(message, name)) for name in names]
    cursor = db.execute(f"insert into messages ({', '.join(names)}) values ({marks})", values)  # noqa: S608
    return cursor.lastrowid or 0


def find(db: sqlite3.Connection, message: int) -> Message | None:
    row = db.execute("select * from messages where id = ?", (message,)).fetchone()
    return _load(row) if row else None


def newest(db: sqlite3.Connection, to: str = "", before: int | None = None, limit: int = -1) -> list[Message]:
    """Newest first: those whose recipient contains `to`, with an id below `before`."""
    rows = db.execute(
        """select * from messages where instr(lower(recipient), lower(?)) and (? is null or id < ?)
           order by id desc limit ?""",
        (to, before, before, limit),
    )
    return [_load(row) for row in rows]


def count(db: sqlite3.Connection) -> int:
    return db.execute("select count(*) from messages").fetchone()[0]


def forget_all(db: sqlite3.Connection) -> None:
    for table in ("messages", "events", "greylist", "scripts"):
        db.execute(f"delete from {table}")  # noqa: S608


def _stored(value: object) -> object:
    return value if isinstance(value, str | bytes | int | float) else json.dumps(value)


def _load(row: sqlite3.Row) -> Message:
    values = {f.name: row[f.name] for f in fields(Message)}
    decoded = {"custom_args": json.loads(row["custom_args"]), "categories": tuple(json.loads(row["categories"]))}
    return Message(**values | decoded | {"reports": bool(row["reports"])})
