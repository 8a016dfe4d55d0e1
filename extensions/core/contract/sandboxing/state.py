"""What the states of all sandboxes have in common: a clock that can be moved, settings, and faults."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from . import faults, settings
from .faults import Fault
from .problems import Unusable
from .store import Store

S = TypeVar("S")


class Screws(Generic[S]):
    """For a class with a `store`; `S` are its settings, with latency_ms and clock_offset_s among them.

    `load_settings(db)` reads them, `changed(settings, values)` puts values in or raises Unusable, `now()` is the
    sandbox's time, and `happen(db, now)` does what `anything_due(db, now)` tells of.
    """

    store: Store
    load_settings: Callable[[sqlite3.Connection], S]
    changed: Callable[[S, Mapping[str, Any]], S]
    now: Callable[[], Any]
    anything_due: Callable[[sqlite3.Connection, Any], bool]
    happen: Callable[[sqlite3.Connection, Any], None]

    def settle(self) -> Any:
        """Lets happen what is due, and returns the time."""
        now = self.now()
        with self.store.read() as db:
            waiting = self.anything_due(db, now)
        if waiting:
            with self.store.write() as db:
                self.happen(db, now)
        return now

    def close(self) -> None:
        self.store.close()

    @property
    def settings(self) -> S:
        with self.store.read() as db:
            return self.load_settings(db)

    @property
    def latency_ms(self) -> int:
        return self.settings.latency_ms

    def change_settings(self, **values: Any) -> S:
        """Unusable for a value that cannot be."""
        with self.store.write() as db:
            new = self.changed(self.load_settings(db), values)
            settings.save(db, new)
        return new

    def advance(self, seconds: float) -> Any:
        """Moves the sandbox's clock forward and lets everything happen that is due; returns the new time."""
        if not 0 <= seconds < float("inf"):
            raise Unusable("The clock moves forward only, by a number of seconds.")
        with self.store.write() as db:
            before = self.load_settings(db)
            settings.save(db, self.changed(before, {"clock_offset_s": before.clock_offset_s + seconds}))
        return self.settle()


class WithFaults:
    """Faults as `faults` has them, for a class with a `store`."""

    store: Store

    def faults(self) -> list[Fault]:
        with self.store.read() as db:
            return faults.active(db)

    def add_fault(self, fault: Fault) -> Fault:
        with self.store.write() as db:
            return faults.add(db, fault)

    def clear_faults(self, fault_id: int | None = None) -> int:
        """Clears one fault or all; calls that hang on them are let go. Returns how many."""
        with self.store.write() as db:
            return faults.clear(db, fault_id)
