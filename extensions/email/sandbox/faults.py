"""Faults that a person puts in the way of calls; kept on disk until used up or cleared."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from extensions.core.contract.sandboxing.faults import clear, forget_used, typed, use
from extensions.core.contract.sandboxing.problems import Unusable

__all__ = ["Fault", "Kind", "active", "add", "clear", "fault_from", "forget_used", "use"]


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


# Kind -> what people call it, and what it does.
MEANINGS: Mapping[str, tuple[str, str]] = {
    Kind.SLOW: ("Slow reply", "waits so many seconds, then carries the call out and answers as usual"),
    Kind.HANG: ("Hang", "takes nothing; cuts the connection after so many seconds, or when cleared"),
    Kind.HANG_AFTER: ("Hang after taking", "takes the message, and then hangs"),
    Kind.CUT_BEFORE: ("Cut connection", "before anything is taken; over SMTP after the final dot"),
    Kind.CUT_AFTER: ("Cut connection after taking", "takes the message, but nobody hears of it"),
    Kind.HTML: ("HTML page", "502 from a gateway over HTTP; over SMTP a page instead of the greeting"),
    Kind.SERVER_ERROR: ("Server error", "500 over HTTP, 451 over SMTP"),
    Kind.ERROR: ("Refusal", "refuses with the status or SMTP code, and the words, of your choice"),
    Kind.THROTTLE: ("Throttling", "429 with X-RateLimit headers; over SMTP 421 instead of the greeting"),
    Kind.EXPIRED_KEY: ("Expired key", "401 over HTTP, 535 over SMTP, whatever the credentials"),
    Kind.GARBAGE: ("Broken-off reply", "the message is taken, and the reply breaks off in the middle"),
    Kind.WRONG_TYPE: ("Wrong content type", "the right body, called text/plain; nothing corresponds over SMTP"),
}
SMTP = "smtp/"
ANY = ("*", f"{SMTP}*")
# Where a fault meets an SMTP conversation unless its path says so: what a check and a message have of their own.
_USUAL_STEPS = (f"{SMTP}noop", f"{SMTP}message")
_OTHER_STEPS = {
    Kind.HTML: (f"{SMTP}connect",),
    Kind.THROTTLE: (f"{SMTP}connect",),
    Kind.EXPIRED_KEY: (f"{SMTP}auth",),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    `path`: pattern such as `/v3/mail/*` or `smtp/message`; SMTP's are connect, auth, noop, mail, rcpt and message.
    `seconds`: wait before the fault takes effect; for a hang its length, 0 for "until cleared".
    `times`: calls still to be hit; None for "until cleared"; 0 for a used-up hang that still holds its calls.
    """

    kind: str
    path: str = "*"
    seconds: float = 0.0
    times: int | None = None
    status: int | None = None
    words: str = ""
    retry_after: int | None = None
    id: int | None = None

    @property
    def hangs(self) -> bool:
        return self.kind in (Kind.HANG, Kind.HANG_AFTER)

    def hits(self, path: str) -> bool:
        """Whether it concerns this call."""
        if self.times == 0:
            return False
        if path.startswith(SMTP) and self.path in ANY:
            return path in _OTHER_STEPS.get(Kind(self.kind), _USUAL_STEPS)
        return fnmatchcase(path, self.path)


def fault_from(values: Mapping[str, Any]) -> Fault:
    """A fault from JSON or form fields. Unusable for what cannot be."""
    unknown = sorted(set(values) - {f.name for f in fields(Fault)} | set(values) & {"id"})
    if unknown:
        raise Unusable(f"A fault has no field {unknown[0]}.")
    given = {name: value for name, value in values.items() if value not in ("", None)}
    if given.get("kind") not in list(Kind):
        raise Unusable(f"kind is one of {', '.join(Kind)}.")
    if given["kind"] == Kind.ERROR and "status" not in given:
        raise Unusable("The fault error needs a status.")
    return Fault(**{name: typed(name, value) for name, value in given.items()})


def add(db: sqlite3.Connection, fault: Fault) -> Fault:
    values = (fault.kind, fault.path, fault.seconds, fault.times, fault.status, fault.words, fault.retry_after)
    cursor = db.execute(
        "insert into faults (kind, path, seconds, times, status, words, retry_after) values (?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    return replace(fault, id=cursor.lastrowid)


def active(db: sqlite3.Connection) -> list[Fault]:
    return [Fault(**dict(row)) for row in db.execute("select * from faults order by id")]
