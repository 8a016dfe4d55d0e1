"""The tables of the sandbox's one file on disk."""

from __future__ import annotations

from pathlib import Path

from extensions.core.contract.sandboxing import calls, faults, settings
from extensions.core.contract.sandboxing.records import create_table
from extensions.core.contract.sandboxing.store import Store

from .log import Performed
from .model import Account, AuditLine, CycleUsage, Message, Pending, RatePlan, Sim
from .push import queue

TABLES = (
    create_table(Account, "accounts", "username"),
    create_table(RatePlan, "plans", "account_id, name, version"),
    create_table(Sim, "sims", "iccid"),
    create_table(CycleUsage, "usage", "iccid, cycle_start, rate_plan, rate_plan_version, zone"),
    create_table(Message, "messages", "id"),
    create_table(Pending, "pending", "id"),
    create_table(AuditLine, "audit", "id"),
    "create index if not exists sims_by_change on sims (account_id, date_updated, iccid)",
    "create index if not exists messages_due on messages (status, deliver_at)",
    "create index if not exists messages_by_sim on messages (account_id, date_modified)",
    "create index if not exists pending_due on pending (due_at)",
    "create index if not exists audit_by_sim on audit (iccid, at)",
    *queue.TABLES,
    *calls.tables(Performed),
    faults.TABLE,
    settings.TABLE,
)


def open_store(path: Path) -> Store:
    return Store(path, TABLES)
