"""The sandbox's one file on disk: SQLite in WAL mode, safe under threads, several processes and SIGKILL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue

TABLES = """
create table if not exists api_keys (name text primary key, key text, scopes text, state text);
create table if not exists smtp_users (username text primary key, password text);
create table if not exists senders (name text primary key);
create table if not exists messages (id integer primary key autoincrement, at real, transport text, account text,
    message_id text, recipient text, sender text, sender_name text, subject text, text text, html text,
    custom_args text, categories text, raw blob, state text, reports integer);
create index if not exists messages_by_recipient on messages (recipient);
create table if not exists events (id integer primary key autoincrement, message integer, due_at real, body text,
    state text, tries integer default 0, next_at real, answer text default '');
create index if not exists events_by_state on events (state, next_at);
create index if not exists events_by_message on events (message);
create table if not exists calls (id integer primary key autoincrement, at real, account text, transport text,
    path text, status integer, words text, fault text, taken integer);
create table if not exists faults (id integer primary key autoincrement, kind text, path text, seconds real,
    times integer, status integer, words text, retry_after integer);
create table if not exists scripts (id integer primary key autoincrement, recipient text, answer text, times integer);
create table if not exists greylist (sender text, recipient text, primary key (sender, recipient));
create table if not exists settings (name text primary key, value text);
create table if not exists made_once (name text primary key, value text);
"""


class Store:
    """A pool of connections to one file; a write is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        with self._connection() as db:
            db.execute("pragma journal_mode = wal")
            db.executescript(TABLES)

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
