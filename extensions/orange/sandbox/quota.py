"""Calls that a customer has in a month, by service (specification 11.6). A month is one of Paris."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from extensions.core.contract.sandboxing.records import insert, load

from .model import PARIS, Used
from .settings import Settings

DIRECTORY, LIFECYCLE = "ConnectivityDirectory-1", "SimLifecycleManagement-1"
# Service -> calls for each subscription, and the setting with those that there are anyhow.
_SHARES = {DIRECTORY: (Decimal(3), "directory_base"), LIFECYCLE: (Decimal("0.06"), "lifecycle_base")}


@dataclass(frozen=True)
class Quota:
    customer_id: str
    service: str
    used: int
    allowed: int


def month_of(now: datetime) -> str:
    return f"{now.astimezone(PARIS):%Y-%m}"


def quota(db: sqlite3.Connection, settings: Settings, customer_id: str, service: str, now: datetime) -> Quota:
    share, base = _SHARES[service]
    sims = db.execute("select count(*) from sims where customer_id = ?", (customer_id,)).fetchone()[0]
    return Quota(
        customer_id, service, _used(db, customer_id, service, now), getattr(settings, base) + int(share * sims)
    )


def quotas(db: sqlite3.Connection, settings: Settings, now: datetime) -> list[Quota]:
    customers = [name for (name,) in db.execute("select distinct customer_id from accounts where known order by 1")]
    return [quota(db, settings, customer, service, now) for customer in customers for service in _SHARES]


def count(db: sqlite3.Connection, settings: Settings, customer_id: str, service: str, now: datetime) -> bool:
    """Counts one call. False, and nothing is counted, when the month's are spent."""
    found = quota(db, settings, customer_id, service, now)
    if found.used >= found.allowed:
        return False
    set_used(db, customer_id, service, now, found.used + 1)
    return True


def set_used(db: sqlite3.Connection, customer_id: str, service: str, now: datetime, calls: int) -> None:
    insert(db, "used", [Used(customer_id, service, month_of(now), calls)], Used)


def _used(db: sqlite3.Connection, customer_id: str, service: str, now: datetime) -> int:
    row = db.execute(
        "select * from used where customer_id = ? and service = ? and month = ?", (customer_id, service, month_of(now))
    ).fetchone()
    return load(Used, row).calls if row else 0
