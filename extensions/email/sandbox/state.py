"""The sandbox's state: open it, look at it, turn its screws. All transports and processes work on one."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from extensions.core.contract.sandboxing.state import Screws

from . import accounts, events, faults, log, messages, scripts
from .accounts import ApiKey, SmtpUser
from .events import Event
from .faults import Fault
from .identity import Identity
from .log import Call
from .messages import Message
from .scripts import Script
from .settings import Settings, changed, load_settings
from .store import open_store

FILE_NAME = "email.sqlite3"


class State(Screws[Settings]):
    """Everything the sandbox knows, in one file under `state_dir`. Safe to use from several threads and processes.

    `clock` gives Unix seconds.
    """

    load_settings = staticmethod(load_settings)
    changed = staticmethod(changed)
    anything_due = staticmethod(events.anything_due)

    def __init__(self, state_dir: Path, clock: Callable[[], float] = time.time) -> None:
        state_dir.mkdir(parents=True, exist_ok=True)
        self.store = open_store(state_dir / FILE_NAME)
        self.identity = Identity(self.store)
        self._clock = clock

    def now(self) -> float:
        """The sandbox's time in Unix seconds: the clock, moved by what it was advanced."""
        return self._clock() + self.settings.clock_offset_s

    @staticmethod
    def happen(db: sqlite3.Connection, now: float) -> None:
        events.settle(db, now, webhook=bool(load_settings(db).webhook_url))

    # Taking

    def take(self, call: Call, taken: Sequence[Message] = ()) -> None:
        """Writes a call and the messages that it brought, both or neither."""
        with self.store.write() as db:
            delay = load_settings(db).event_delay_s
            for message in taken:
                row = messages.insert(db, message)
                if message.reports:
                    events.plan(db, row, message, delay)
            log.record(db, call)

    # Looking

    def messages(self, to: str = "", before: int | None = None, limit: int = -1) -> list[Message]:
        """Newest first: those whose recipient contains `to`, with an id below `before`."""
        self.settle()
        with self.store.read() as db:
            return messages.newest(db, to, before, limit)

    def message(self, message: int) -> tuple[Message, list[Event]] | None:
        """A message and its events."""
        self.settle()
        with self.store.read() as db:
            found = messages.find(db, message)
            return (found, events.of_message(db, message)) if found else None

    def count(self) -> int:
        with self.store.read() as db:
            return messages.count(db)

    def taken(self) -> int:
        """Messages that were taken since the log began, one for each recipient."""
        with self.store.read() as db:
            return log.taken(db)

    def calls(self, after: int = 0, last: int | None = None) -> list[Call]:
        """The call log in order: calls with an id above `after`, only the `last` so many."""
        with self.store.read() as db:
            return log.read(db, after, last)

    # Screws

    def forget_messages(self) -> None:
        """Empties the inbox; the call log stays."""
        with self.store.write() as db:
            messages.forget_all(db)

    # Who may send

    def add(self, keys: Iterable[ApiKey] = (), users: Iterable[SmtpUser] = (), senders: Iterable[str] = ()) -> None:
        """Adds accounts and verified senders, replacing those of the same name."""
        with self.store.write() as db:
            for key in keys:
                accounts.put_key(db, key)
            for user in users:
                accounts.put_user(db, user)
            for sender in senders:
                accounts.verify_sender(db, sender)

    def forget_accounts(self) -> None:
        with self.store.write() as db:
            for table in ("api_keys", "smtp_users", "senders"):
                db.execute(f"delete from {table}")  # noqa: S608

    def api_keys(self) -> list[ApiKey]:
        with self.store.read() as db:
            return accounts.keys(db)

    def users(self) -> list[SmtpUser]:
        with self.store.read() as db:
            return accounts.users(db)

    def senders(self) -> list[str]:
        with self.store.read() as db:
            return accounts.senders(db)

    def set_key_state(self, name: str, state: str) -> None:
        with self.store.write() as db:
            accounts.set_key_state(db, name, state)

    def forget_sender(self, name: str) -> None:
        with self.store.write() as db:
            accounts.forget_sender(db, name)

    # Faults and scripts

    def faults(self) -> list[Fault]:
        with self.store.read() as db:
            return faults.active(db)

    def add_fault(self, fault: Fault) -> Fault:
        with self.store.write() as db:
            return faults.add(db, fault)

    def take_fault(self, path: str) -> Fault | None:
        """The first fault that hits this call, counted as used."""
        found = next((fault for fault in self.faults() if fault.hits(path)), None)
        if found is None:
            return None
        with self.store.write() as db:
            found = next((fault for fault in faults.active(db) if fault.hits(path)), None)
            if found:
                faults.use(db, found)
        return found

    def holds(self, fault: Fault) -> bool:
        """Whether a fault that hangs still holds its calls."""
        return any(held.id == fault.id for held in self.faults())

    def let_go(self, fault: Fault) -> None:
        """Forgets a hang that was used up."""
        with self.store.write() as db:
            faults.forget_used(db, fault)

    def clear_faults(self, fault_id: int | None = None) -> int:
        """Clears one fault or all; calls that hang on them are let go. Returns how many."""
        with self.store.write() as db:
            return faults.clear(db, fault_id)

    def script(self, recipient: str, answer: str, times: object = None) -> None:
        """How SMTP answers a recipient: `451 4.3.2 Try again later`, so many times or always. Empty: everybody."""
        with self.store.write() as db:
            scripts.add(db, recipient, answer, times)

    def scripts(self) -> list[Script]:
        with self.store.read() as db:
            return scripts.every(db)

    def clear_scripts(self) -> None:
        with self.store.write() as db:
            scripts.clear(db)
