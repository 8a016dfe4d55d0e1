"""Reading SIMs through the account that owns them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from extensions.core.contract.sandboxing.records import encode, load, stamp

from .model import Account, AuditLine, RatePlan, Sim
from .problems import Problem, Reason

PAGE_SIZE = 50
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Search:
    """What to look for: SIMs changed in a window, both ends included, page by page."""

    since: datetime
    till: datetime | None = None
    status: str = ""
    customs: Mapping[str, str] = field(default_factory=dict)
    page_size: int = PAGE_SIZE
    page_number: int = 1


def find(db: sqlite3.Connection, iccid: str) -> Sim | None:
    row = db.execute("select * from sims where iccid = ?", (iccid,)).fetchone()
    return load(Sim, row) if row else None


def owned(db: sqlite3.Connection, account: Account, iccid: str) -> Sim:
    """The SIM if the account owns it. Another account's SIM is as unknown as one that does not exist."""
    sim = find(db, iccid)
    if sim is None or sim.account_id != account.account_id:
        raise Problem(Reason.SIM_UNKNOWN)
    return sim


def plan_of(db: sqlite3.Connection, sim: Sim) -> RatePlan | None:
    """The SIM's rate plan, as its account has it."""
    row = db.execute(
        "select * from plans where account_id = ? and name = ?", (sim.account_id, sim.rate_plan)
    ).fetchone()
    return load(RatePlan, row) if row else None


def search(db: sqlite3.Connection, account: Account, wanted: Search) -> tuple[list[Sim], bool]:
    """One page of SIMs, oldest change first, and whether it is the last."""
    rows = db.execute(
        """select * from sims where account_id = :account and date_updated >= :since
           and (:till is null or date_updated <= :till) and (:status = '' or status = :status)
           and not exists (select 1 from json_each(:customs) as wanted
                           where coalesce(json_extract(sims.customs, '$.' || wanted.key), '') <> wanted.value)
           order by date_updated, iccid limit :limit offset :offset""",
        _bindings(account, wanted),
    ).fetchall()
    return [load(Sim, row) for row in rows[: wanted.page_size]], len(rows) <= wanted.page_size


def among(db: sqlite3.Connection, account: Account, iccids: Iterable[str]) -> list[Sim]:
    """Those of the SIMs that the account owns, each once, in no order of the caller's."""
    found = (find(db, iccid) for iccid in set(iccids))
    owned_ones = (sim for sim in found if sim and sim.account_id == account.account_id)
    return sorted(owned_ones, key=lambda sim: sim.iccid[::-1])


def changed_after(db: sqlite3.Connection, account: Account, since: datetime | None, status: str = "") -> list[str]:
    """ICCIDs changed after a time, oldest change first. Times count in whole milliseconds, as replies show them."""
    first = since.replace(microsecond=since.microsecond // 1000 * 1000) + _MILLISECOND if since else None
    rows = db.execute(
        """select iccid from sims where account_id = ? and date_updated >= ? and ? in ('', status)
           order by date_updated, iccid""",
        (account.account_id, stamp(first) if first else "", status),
    )
    return [row["iccid"] for row in rows]


def history(db: sqlite3.Connection, iccid: str, since: datetime) -> list[AuditLine]:
    """Changes of a SIM since a time, newest first."""
    rows = db.execute(
        "select * from audit where iccid = ? and at >= ? order by at desc, id desc", (iccid, stamp(since))
    )
    return [load(AuditLine, row) for row in rows]


def _bindings(account: Account, wanted: Search) -> dict[str, object]:
    from_row = (wanted.page_number - 1) * wanted.page_size
    return {
        "account": account.account_id,
        "since": stamp(wanted.since),
        "till": stamp(wanted.till) if wanted.till else None,
        "status": wanted.status,
        "customs": encode(wanted.customs),
        "limit": wanted.page_size + 1,
        "offset": from_row,
    }
