"""The tables of the sandbox's one file on disk, and what its calls perform."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from extensions.core.contract.sandboxing import calls, faults, settings
from extensions.core.contract.sandboxing.records import create_table
from extensions.core.contract.sandboxing.store import Store

from .model import Account, Sim, Task, Ticket, Used


@dataclass(frozen=True, slots=True)
class Performed:
    """One change of state that a call asked for and that was taken: it is pending then."""

    ssn: str
    before: str
    after: str
    ticket: str


TABLES = (
    create_table(Account, "accounts", "login"),
    create_table(Sim, "sims", "ssn"),
    create_table(Ticket, "tickets", "number"),
    create_table(Task, "tasks", "ticket, ssn"),
    create_table(Used, "used", "customer_id, service, month"),
    "create index if not exists sims_by_customer on sims (customer_id, ssn)",
    *calls.tables(Performed),
    faults.TABLE,
    settings.TABLE,
)


def open_store(path: Path) -> Store:
    return Store(path, TABLES)
