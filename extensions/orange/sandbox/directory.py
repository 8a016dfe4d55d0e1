"""Reading SIMs through the customer who owns them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from extensions.core.contract.sandboxing.records import load, stamp

from .model import Sim

# Kind of identifier -> the column that it names; numbers are cc and sn together.
COLUMNS = {
    "simSerialNumber": "ssn",
    "subscriptionNumber": "subscription",
    "deviceImei": "imei",
    "deviceSerialNumber": "device_serial",
    "deviceUniqueId": "device_id",
    "machineSerialNumber": "machine_serial",
    "iccid": "iccid",
    "msisdnVoice": "msisdn_voice",
    "msisdnData": "msisdn_data",
    "msisdnFax": "msisdn_fax",
    "imsi": "imsi",
}
SORTS = {"SIM_STATUS": "status", "STATUS_CHANGE_DATE": "changed_at", "SIM_SSN": "ssn"}


@dataclass(frozen=True)
class Search:
    """What to look for; `prefix` of the serial number, moments with both ends included, `sorts` as SQL."""

    prefix: str = ""
    statuses: tuple[str, ...] = ()
    exact: Mapping[str, str] = field(default_factory=dict)
    least: Mapping[str, datetime] = field(default_factory=dict)
    most: Mapping[str, datetime] = field(default_factory=dict)
    sorts: tuple[str, ...] = ()


def find(db: sqlite3.Connection, ssn: str) -> Sim | None:
    row = db.execute("select * from sims where ssn = ?", (ssn,)).fetchone()
    return load(Sim, row) if row else None


def by_identifiers(
    db: sqlite3.Connection, customer_id: str, kind: str, texts: Iterable[str]
) -> tuple[list[Sim], list[str]]:
    """The customer's SIMs, each once and in no order of the caller's, and the identifiers that are none of theirs."""
    found: dict[str, Sim] = {}
    unknown: dict[str, None] = {}
    statement = f"select * from sims where customer_id = ? and {COLUMNS[kind]} = ?"  # noqa: S608
    for text in texts:
        sims = [load(Sim, row) for row in db.execute(statement, (customer_id, text))] if text else []
        found |= {sim.ssn: sim for sim in sims}
        if not sims:
            unknown[text] = None
    return sorted(found.values(), key=lambda sim: sim.ssn[::-1]), list(unknown)


def search(db: sqlite3.Connection, customer_id: str, wanted: Search, start: int, size: int) -> tuple[list[Sim], int]:
    """A range of the hits, and how many there are in all. Without a sort they come by serial number."""
    where, values = _conditions(customer_id, wanted)
    total = db.execute(f"select count(*) from sims where {where}", values).fetchone()[0]  # noqa: S608
    order = ", ".join((*wanted.sorts, "ssn"))
    statement = f"select * from sims where {where} order by {order} limit ? offset ?"  # noqa: S608
    return [load(Sim, row) for row in db.execute(statement, [*values, size, start])], total


def _conditions(customer_id: str, wanted: Search) -> tuple[str, list[str]]:
    conditions = [("customer_id = ?", customer_id), ("substr(ssn, 1, length(?)) = ?", wanted.prefix)]
    conditions += [(f"{column} = ?", text) for column, text in wanted.exact.items()]
    conditions += [(f"{column} >= ?", stamp(moment)) for column, moment in wanted.least.items()]
    conditions += [(f"{column} <= ?", stamp(moment)) for column, moment in wanted.most.items()]
    values = [value for text, value in conditions for _ in range(text.count("?"))]
    where = " and ".join(text for text, _ in conditions)
    if wanted.statuses:
        where += f" and status in ({', '.join('?' * len(wanted.statuses))})"
    return where, [*values, *wanted.statuses]
