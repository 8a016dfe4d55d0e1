"""Changes of state: asked for by ticket, pending for a while, done or not (specification 11.5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from extensions.core.contract.sandboxing import calls
from extensions.core.contract.sandboxing.records import insert, load, stamp, update

from . import directory
from .model import (
    ACTIVATED,
    ACTIVATED_FOR_TEST,
    PARIS,
    PRE_ACTIVATED,
    SLEEPING,
    SUSPENDED,
    Sim,
    Task,
    Ticket,
)
from .settings import Settings
from .store import Performed

IN_PROGRESS, NOT_ALLOWED, CHANGED = "UPDATE_IN_PROGRESS", "STATUS_NOT_ALLOWED", "SIM_STATUS_CHANGED"
WAITING, WORKING, TERMINATED, ERROR = "WAITING", "WORK_IN_PROGRESS", "TERMINATED", "ERROR"
TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    PRE_ACTIVATED: (ACTIVATED, ACTIVATED_FOR_TEST, SLEEPING),
    ACTIVATED_FOR_TEST: (ACTIVATED, SLEEPING),
    SLEEPING: (ACTIVATED, SUSPENDED),
    ACTIVATED: (SUSPENDED,),
    SUSPENDED: (ACTIVATED,),
}
_FIRST_TICKET = 700_000_001
_DUE = """select tasks.* from tasks join tickets on tickets.number = tasks.ticket
          where not done and error = '' and ends_at <= ? order by ends_at, ticket, ssn"""
# When the directory works out every SIM's status anew, in Paris.
NIGHTLY = {"hour": 4, "minute": 10, "second": 0, "microsecond": 0}


@dataclass(frozen=True)
class Desk:
    """What a change needs: the database, whose SIMs they are, the settings and the time."""

    db: sqlite3.Connection
    customer_id: str
    settings: Settings
    now: datetime


def submit(desk: Desk, sims: Sequence[Sim], status: str, call_id: int | None = None, happens: bool = True) -> Ticket:
    """Takes a request, which every line of it then is or is not allowed; `happens` false: it waits for ever."""
    starts = desk.now + timedelta(seconds=desk.settings.waiting_s)
    ends = starts + timedelta(seconds=desk.settings.work_s)
    made = desk.db.execute("select count(*) from tickets").fetchone()[0]
    times = (starts, ends) if happens else (None, None)
    ticket = Ticket(str(_FIRST_TICKET + made), desk.customer_id, status, desk.now, *times)
    insert(desk.db, "tickets", [ticket], Ticket)
    for sim in sims:
        _take(desk, ticket, sim, call_id)
    return ticket


def result_of(db: sqlite3.Connection, ticket: Ticket, now: datetime) -> tuple[str, list[Task]]:
    """How far it is, and the lines that failed once it is over. It failed when no line was changed."""
    if ticket.starts_at is None or ticket.ends_at is None or now < ticket.starts_at:
        return WAITING, []
    if now < ticket.ends_at:
        return WORKING, []
    tasks = [load(Task, row) for row in db.execute("select * from tasks where ticket = ?", (ticket.number,))]
    failed = [task for task in tasks if task.error]
    return (ERROR if len(failed) == len(tasks) else TERMINATED), failed


def find_ticket(db: sqlite3.Connection, customer_id: str, number: str) -> Ticket | None:
    row = db.execute("select * from tickets where number = ? and customer_id = ?", (number, customer_id)).fetchone()
    return load(Ticket, row) if row else None


def anything_due(db: sqlite3.Connection, now: datetime) -> bool:
    night = stamp(last_night(now))
    stale = "select 1 from sims where refreshed_at < ? limit 1"
    return bool(db.execute(_DUE, (stamp(now),)).fetchone() or db.execute(stale, (night,)).fetchone())


def settle(db: sqlite3.Connection, now: datetime) -> None:
    """Does what is due by now: changes whose time has come, then the directory's nightly refresh."""
    for row in db.execute(_DUE, (stamp(now),)).fetchall():
        _do(db, load(Task, row))
    night = stamp(last_night(now))
    db.execute("update sims set refreshed_at = ? where refreshed_at < ?", (night, night))


def put(db: sqlite3.Connection, sim: Sim, status: str, at: datetime) -> None:
    """The status is in force; nothing is pending any more."""
    values = {"status": status, "changed_at": at, "refreshed_at": at, "status_reason": "", "suspension_reason": ""}
    pending = {"requested_status": "", "change_requested_at": None}
    update(db, "sims", ("ssn", sim.ssn), values | pending)


def last_night(now: datetime) -> datetime:
    run = now.astimezone(PARIS).replace(**NIGHTLY)
    return run if run <= now else run - timedelta(days=1)


def _take(desk: Desk, ticket: Ticket, sim: Sim, call_id: int | None) -> None:
    error = NOT_ALLOWED if ticket.status not in TRANSITIONS.get(sim.status, ()) else ""
    error = IN_PROGRESS if sim.requested_status else error
    insert(desk.db, "tasks", [Task(ticket.number, sim.ssn, sim.status, error)], Task)
    if not error:
        asked = {"requested_status": ticket.status, "change_requested_at": desk.now}
        update(desk.db, "sims", ("ssn", sim.ssn), asked)
        calls.record(desk.db, call_id, Performed(sim.ssn, sim.status, ticket.status, ticket.number))


def _do(db: sqlite3.Connection, task: Task) -> None:
    row = db.execute("select * from tickets where number = ?", (task.ticket,)).fetchone()
    ticket, sim = load(Ticket, row), directory.find(db, task.ssn)
    unchanged = sim is not None and sim.status == task.before
    if sim and unchanged and ticket.ends_at:
        put(db, sim, ticket.status, ticket.ends_at)
    elif sim:
        update(db, "sims", ("ssn", sim.ssn), {"requested_status": "", "change_requested_at": None})
    error = "" if unchanged else CHANGED
    db.execute("update tasks set done = 1, error = ? where ticket = ? and ssn = ?", (error, task.ticket, task.ssn))
