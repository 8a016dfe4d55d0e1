"""The tables of the sandbox's one file on disk."""

from __future__ import annotations

from pathlib import Path

from extensions.core.contract.sandboxing import settings
from extensions.core.contract.sandboxing.store import Store

TABLES = (
    "create table if not exists api_keys (name text primary key, key text, scopes text, state text)",
    "create table if not exists smtp_users (username text primary key, password text)",
    "create table if not exists senders (name text primary key)",
    """create table if not exists messages (id integer primary key autoincrement, at real, transport text, account text,
       message_id text, recipient text, sender text, sender_name text, subject text, text text, html text,
       custom_args text, categories text, raw blob, state text, reports integer)""",
    "create index if not exists messages_by_recipient on messages (recipient)",
    """create table if not exists events (id integer primary key autoincrement, message integer, due_at real, body text,
       state text, tries integer default 0, next_at real, answer text default '')""",
    "create index if not exists events_by_state on events (state, next_at)",
    "create index if not exists events_by_message on events (message)",
    """create table if not exists calls (id integer primary key autoincrement, at real, account text, transport text,
       path text, status integer, words text, fault text, taken integer)""",
    """create table if not exists faults (id integer primary key autoincrement, kind text, path text, seconds real,
       times integer, status integer, words text, retry_after integer)""",
    """create table if not exists scripts (id integer primary key autoincrement, recipient text, answer text,
       times integer)""",
    "create table if not exists greylist (sender text, recipient text, primary key (sender, recipient))",
    settings.TABLE,
    "create table if not exists made_once (name text primary key, value text)",
)


def open_store(path: Path) -> Store:
    return Store(path, TABLES)
