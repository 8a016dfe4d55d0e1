"""What a call of the carrier's performs, and what the call log does not show."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from extensions.core.contract.sandboxing import calls

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


def record(db: sqlite3.Connection, call_id: int | None, done: Performed) -> None:
    """Writes what a call performed, in the transaction that performs it."""
    calls.record(db, call_id, done)
