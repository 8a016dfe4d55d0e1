"""What becomes of a message after it was taken: its events, by the sandbox's clock.

The first part of a recipient's address, up to a plus sign, chooses the story: `bounce@`, `deferred+3@`, …
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .messages import Message, make_id

# States of an event: not yet due, to be posted, posted, given up, and nobody wanted it.
PLANNED, WAITING, SENT, FAILED, KEPT = "planned", "waiting", "sent", "failed", "kept"

Step = tuple[str, Mapping[str, Any]]
_PROCESSED: Step = ("processed", {})
_DELIVERED: Step = ("delivered", {"response": "250 OK"})
_DEFERRED: Step = ("deferred", {"response": "451 4.7.1 Greylisted, try again later", "attempt": "1"})
_UNKNOWN: Step = (
    "bounce",
    {"type": "bounce", "reason": "550 5.1.1 The email account does not exist", "status": "5.1.1"},
)
_BLOCKED: Step = (
    "bounce",
    {"type": "blocked", "reason": "554 5.7.1 The message was refused as unwanted", "status": "5.7.1"},
)
_FULL: Step = ("bounce", {"type": "blocked", "reason": "452 4.2.2 The mailbox is full", "status": "4.2.2"})
_WEB = {"ip": "203.0.113.7", "useragent": "Made up"}
USUAL = (_PROCESSED, _DELIVERED)
STORIES: Mapping[str, tuple[Step, ...]] = {
    "bounce": (_PROCESSED, _UNKNOWN),
    "unknown": (_PROCESSED, _UNKNOWN),
    "blocked": (_PROCESSED, _BLOCKED),
    "full": (_PROCESSED, _DEFERRED, _FULL),
    "deferred": (_PROCESSED, _DEFERRED, _DELIVERED),
    "greylist": (_PROCESSED, _DEFERRED, _DELIVERED),
    "drop": (("dropped", {"reason": "Bounced Address", "status": "5.0.0"}),),
    "spam": (*USUAL, ("spamreport", {})),
    "open": (*USUAL, ("open", _WEB)),
    "click": (*USUAL, ("open", _WEB), ("click", {**_WEB, "url": "https://example.com/"})),
}


@dataclass(frozen=True)
class Event:
    """One event of one message. `body` is what is posted; times in Unix seconds; `answer` is the webhook's last."""

    id: int
    message: int
    due_at: float
    body: Mapping[str, Any]
    state: str
    tries: int
    answer: str


def story(recipient: str) -> tuple[Step, ...]:
    return STORIES.get(magic_name(recipient), USUAL)


def magic_name(recipient: str) -> str:
    """`Bounce+3@example.com` → bounce."""
    return recipient.rpartition("@")[0].partition("+")[0].lower()


def plan(db: sqlite3.Connection, row: int, message: Message, delay: float) -> None:
    """Writes the events that are to come. The first one is due at once."""
    for number, (event, more) in enumerate(story(message.recipient)):
        due = message.at + number * delay
        body = json.dumps(_body(message, event, due) | dict(more))
        values = (row, due, body, PLANNED)
        db.execute("insert into events (message, due_at, body, state) values (?, ?, ?, ?)", values)


def anything_due(db: sqlite3.Connection, now: float) -> bool:
    return db.execute("select 1 from events where state = ? and due_at <= ?", (PLANNED, now)).fetchone() is not None


def settle(db: sqlite3.Connection, now: float, webhook: bool) -> None:
    """Lets happen what is due by now; `webhook`: there is somebody to be told."""
    rows = db.execute(
        "select id, message, due_at, body from events where state = ? and due_at <= ? order by due_at, id",
        (PLANNED, now),
    ).fetchall()
    after = WAITING if webhook else KEPT
    for event, message, due, body in rows:
        db.execute("update events set state = ?, next_at = ? where id = ?", (after, due, event))
        db.execute("update messages set state = ? where id = ?", (json.loads(body)["event"], message))


def of_message(db: sqlite3.Connection, message: int) -> list[Event]:
    return [_load(row) for row in db.execute("select * from events where message = ? order by id", (message,))]


def to_post(db: sqlite3.Connection, now: float, *, reversed_order: bool, limit: int = 200) -> list[Event]:
    """Events whose time has come; in reversed order only of messages that have no more to come, last event first."""
    if not reversed_order:
        order, more = "id", ""
    else:
        order, more = "id desc", "and message not in (select message from events where state = 'planned')"
    rows = db.execute(
        f"select * from events where state = ? and next_at <= ? {more} order by {order} limit ?",  # noqa: S608
        (WAITING, now, limit),
    )
    return [_load(row) for row in rows]


def note(db: sqlite3.Connection, posted: list[Event], state: str, next_at: float, answer: str) -> None:
    """Keeps what the webhook answered to a post."""
    db.executemany(
        "update events set state = ?, next_at = ?, answer = ?, tries = tries + 1 where id = ?",
        [(state, next_at, answer, event.id) for event in posted],
    )


def _body(message: Message, event: str, due: float) -> dict[str, Any]:
    """Fields as they are posted; custom arguments are flattened into them."""
    own = {
        "email": message.recipient,
        "timestamp": int(due),
        "smtp-id": f"<{message.message_id}@sandbox.invalid>",
        "event": event,
        "sg_event_id": make_id(),
        "sg_message_id": f"{message.message_id}.recvd-sandbox-1-{make_id()[:8]}.0",
    }
    category = {"category": list(message.categories)} if message.categories else {}
    return {**message.custom_args, **own, **category}


def _load(row: sqlite3.Row) -> Event:
    return Event(
        *(row["id"], row["message"], row["due_at"], json.loads(row["body"])),
        *(row["state"], row["tries"], row["answer"]),
    )
