"""The sandbox's one file on disk: SQLite in WAL mode, safe under threads and under SIGKILL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue

from .model import Account, AuditLine, CycleUsage, Message, Pending, RatePlan, Sim
from .records import create_table

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
    """create table if not exists calls (id integer primary key autoincrement, at, account, transport, method,
       path, parameters, status, error_code, fault, finished)""",
    """create table if not exists performed (id integer primary key, call_id, iccid, what, before, after,
       effective_at, sms_id)""",
    "create index if not exists performed_by_call on performed (call_id)",
    """create table if not exists faults (id integer primary key autoincrement, kind, account, path, method,
       seconds, times, error_code, status, retry_after)""",
    "create table if not exists settings (name primary key, value)",
)


class Store:
    """A pool of connections to one file; a write is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        with self._connection() as db:
            db.execute("pragma journal_mode = wal")
            for statement in TABLES:
                db.execute(statement)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the state."""
        with self._transaction("begin") as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or none."""
        with self._transaction("begin immediate") as db:
            yield db

    def close(self) -> None:
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._connection() as db:
            db.execute(begin)
            try:
                yield db
            except BaseException:
                db.execute("rollback")
                raise
            db.execute("commit")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            db = self._idle.get_nowait()
        except Empty:
            db = self._connect()
        try:
            yield db
        finally:
            self._idle.put(db)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("pragma synchronous = normal")
        return db
