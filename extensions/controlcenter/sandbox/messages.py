"""Sending SMS and reading them back."""

from __future__ import annotations

import base64
import binascii
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from extensions.core.contract.sandboxing.records import insert, load, stamp

from . import fleet, log
from .edits import Desk
from .model import ACTIVATED, Account, Message, Role
from .problems import Problem, Reason

FIRST_ID = 4302867004
SERVER = "Server"
MOBILE = "Mobile Device"
PER_SEGMENT = {0: 160, 1: 160, 3: 160, 4: 140, 8: 70}


@dataclass(frozen=True)
class Draft:
    """A message to send. `text` is as it came: literal, or base64.

    `maximum`: most characters that the transport takes, where that is fewer than the account's.
    """

    iccid: str
    text: str
    base64: bool = False
    data_coding: int = 0
    validity: int | None = None
    call_id: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class MessageSearch:
    since: datetime
    till: datetime | None = None
    iccid: str = ""
    page_size: int = fleet.PAGE_SIZE
    page_number: int = 1


def send(desk: Desk, draft: Draft) -> int:
    """Accepts a message for a device and returns its id. Problem if a rule refuses it."""
    if desk.account.role == Role.READ_ONLY:
        raise Problem(Reason.ROLE_FORBIDS)
    sim = fleet.owned(desk.db, desk.account, draft.iccid)
    text, length = _decoded(draft)
    if length == 0:
        raise Problem(Reason.MESSAGE_EMPTY)
    fits = longest(draft.data_coding, desk.settings.sms_max_length)
    if length > min(fits, draft.maximum or fits):
        raise Problem(Reason.MESSAGE_TOO_LONG)
    if sim.status != ACTIVATED:
        raise Problem(Reason.SIM_NOT_ACTIVATED)
    message = _message(desk, draft, text, sim.msisdn)
    insert(desk.db, "messages", [message], Message)
    log.record(desk.db, draft.call_id, log.Performed(sim.iccid, "sms", None, None, desk.now, message.id))
    return message.id


def longest(data_coding: int, account_maximum: int) -> int:
    """Characters that fit: the account's maximum, scaled to what one segment of the coding holds."""
    return account_maximum * PER_SEGMENT[data_coding] // PER_SEGMENT[0]


def search(db: sqlite3.Connection, account: Account, wanted: MessageSearch) -> tuple[list[int], bool]:
    """Ids of one page of messages changed in a window, oldest first, and whether it is the last."""
    values = {
        "account": account.account_id,
        "since": stamp(wanted.since),
        "till": stamp(wanted.till) if wanted.till else None,
        "iccid": wanted.iccid,
        "limit": wanted.page_size + 1,
        "offset": (wanted.page_number - 1) * wanted.page_size,
    }
    rows = db.execute(
        """select id from messages where account_id = :account and date_modified >= :since
           and (:till is null or date_modified <= :till) and (:iccid = '' or iccid = :iccid)
           order by date_modified, id limit :limit offset :offset""",
        values,
    ).fetchall()
    return [row["id"] for row in rows[: wanted.page_size]], len(rows) <= wanted.page_size


def owned(db: sqlite3.Connection, account: Account, message_id: int) -> Message:
    row = db.execute(
        "select * from messages where id = ? and account_id = ?", (message_id, account.account_id)
    ).fetchone()
    if row is None:
        raise Problem(Reason.MESSAGE_UNKNOWN)
    return load(Message, row)


def _message(desk: Desk, draft: Draft, text: str, msisdn: str) -> Message:
    return Message(
        id=next_id(desk.db),
        account_id=desk.account.account_id,
        iccid=draft.iccid,
        text=text,
        msg_type="MT",
        status="Pending",
        sender=desk.account.username,
        sent_to=msisdn or draft.iccid,
        sent_from=SERVER,
        date_modified=desk.now,
        date_sent=desk.now,
        deliver_at=desk.now + timedelta(seconds=desk.settings.sms_delay_s),
        encoding="BASE64" if draft.base64 else "LITERAL",
        data_coding=draft.data_coding,
        validity=draft.validity,
    )


def next_id(db: sqlite3.Connection) -> int:
    return (db.execute("select max(id) from messages").fetchone()[0] or FIRST_ID - 1) + 1


def _decoded(draft: Draft) -> tuple[str, int]:
    """The text to keep, and its length in characters of its coding."""
    if not draft.base64:
        return draft.text, len(draft.text)
    try:
        raw = base64.b64decode(draft.text, validate=True)
        text = raw.decode("utf-16-be" if draft.data_coding == 8 else "utf-8")
    except binascii.Error:
        raise Problem(Reason.MESSAGE_UNDECODABLE) from None
    except UnicodeDecodeError:
        return draft.text, len(raw)
    return text, len(raw) if draft.data_coding == 4 else len(text)
