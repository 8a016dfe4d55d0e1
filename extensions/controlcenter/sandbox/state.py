"""The sandbox's state: open it, seed it, look at it, turn its screws. All transports work on one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from extensions.core.contract.sandboxing import calls
from extensions.core.contract.sandboxing.calls import Call
from extensions.core.contract.sandboxing.meter import RateMeter
from extensions.core.contract.sandboxing.problems import Unusable
from extensions.core.contract.sandboxing.records import insert, load, stamp, update
from extensions.core.contract.sandboxing.state import Screws, WithFaults

from . import accounts, changes, due, fleet, happenings, usage
from .dates import parse_instant, utc_now
from .log import Performed
from .model import OVERRIDES, STATUSES, Account, CycleUsage, Message, RatePlan, Sim
from .push import queue
from .push.model import AS_IT_IS, Push, Rule
from .settings import Settings, changed, load_settings
from .store import open_store

FILE_NAME = "controlcenter.sqlite3"
_FIXED = ("iccid", "account_id", "customs")
_DATES = ("date_activated", "date_added", "date_shipped", "session_started", "session_ended", "located_at")
_TABLES = {Account: "accounts", RatePlan: "plans", Sim: "sims", CycleUsage: "usage", Message: "messages"}
_ALLOWED = {"status": STATUSES, "suspended": ("Y", "N", "F"), "overage_limit_override": OVERRIDES}


class State(Screws[Settings], WithFaults):
    """Everything the sandbox knows, in one file under `state_dir`. Safe to use from several threads."""

    load_settings = staticmethod(load_settings)
    changed = staticmethod(changed)
    anything_due, happen = staticmethod(due.anything_due), staticmethod(due.settle)

    def __init__(self, state_dir: Path, clock: Callable[[], datetime] = utc_now) -> None:
        state_dir.mkdir(parents=True, exist_ok=True)
        self.store = open_store(state_dir / FILE_NAME)
        self.meter = RateMeter()
        self.clock = clock

    def now(self) -> datetime:
        """The sandbox's time: the clock, moved by what it was advanced."""
        return self.clock() + timedelta(seconds=self.settings.clock_offset_s)

    # Seeding

    def seed(
        self,
        accounts: Iterable[Account] = (),
        sims: Iterable[Sim] = (),
        usage: Iterable[CycleUsage] = (),
        plans: Iterable[RatePlan] = (),
        messages: Iterable[Message] = (),
        *,
        replace: bool = False,
    ) -> None:
        """Adds records, replacing those with the same key; `replace` empties the tables first."""
        now = stamp(self.now())
        groups = {Account: accounts, RatePlan: plans, Sim: sims, CycleUsage: usage, Message: messages}
        with self.store.write() as db:
            for kind, records in groups.items():
                if replace:
                    db.execute(f"delete from {_TABLES[kind]}")  # noqa: S608
                insert(db, _TABLES[kind], records, kind)
            db.execute("update sims set date_added = ? where date_added is null", (now,))
            db.execute("update sims set date_updated = ? where date_updated is null", (now,))

    def is_empty(self) -> bool:
        with self.store.read() as db:
            return db.execute("select 1 from accounts").fetchone() is None

    # Looking

    def accounts(self) -> list[Account]:
        with self.store.read() as db:
            return accounts.every(db)

    def sim(self, iccid: str) -> Sim | None:
        self.settle()
        with self.store.read() as db:
            return fleet.find(db, iccid)

    def usage(self, iccid: str) -> dict[date, list[CycleUsage]]:
        """Cycle start → its entries, one per plan and zone; cycles without usage are not there."""
        with self.store.read() as db:
            starts = db.execute(
                "select distinct cycle_start from usage where iccid = ? order by 1", (iccid,)
            ).fetchall()
            return {day: usage.in_cycle(db, iccid, day) for day in (date.fromisoformat(start) for (start,) in starts)}

    def messages(self, iccid: str = "") -> list[Message]:
        self.settle()
        with self.store.read() as db:
            rows = db.execute("select * from messages where ? in ('', iccid) order by id", (iccid,))
            return [load(Message, row) for row in rows]

    def calls(self, after: int = 0, last: int | None = None) -> list[Call]:
        """The call log in order: calls with an id above `after`, only the `last` so many."""
        with self.store.read() as db:
            return calls.read(db, Performed, after, last)

    def counts(self) -> dict[str, int]:
        """How many SIMs are in each status."""
        self.settle()
        with self.store.read() as db:
            return dict(db.execute("select status, count(*) from sims group by status order by status").fetchall())

    def overview(self) -> list[tuple[str, int, str]]:
        """Per status: how many SIMs, and the ICCID of one."""
        with self.store.read() as db:
            rows = db.execute("select status, count(*), min(iccid) from sims group by status order by status")
            return [tuple(row) for row in rows]

    # Screws

    def change_sim(self, iccid: str, /, **values: Any) -> Sim:
        """Changes a SIM behind the API's back, as the carrier or the world would; else Unusable."""
        now = self.settle()
        with self.store.write() as db:
            sim = _known(db, iccid)
            update(db, "sims", ("iccid", iccid), {**_sim_values(values), "date_updated": now})
            if values.get("offline") is False:
                db.execute(
                    """update messages set deliver_at = max(deliver_at, ?)
                       where iccid = ? and status = 'Pending'""",
                    (stamp(now), iccid),
                )
            for name in values:
                changes.push_change(db, sim, name, now)
            return load(Sim, db.execute("select * from sims where iccid = ?", (iccid,)).fetchone())

    # What devices do by themselves

    def use_data(self, iccid: str, data_bytes: int) -> int:
        """A device uses data; returns its data in the running cycle, in bytes."""
        now = self.settle()
        with self.store.write() as db:
            return happenings.use_data(db, _known(db, iccid), data_bytes, now)

    def receive_sms(self, iccid: str, text: str) -> Message:
        """A device sends an SMS."""
        now = self.settle()
        with self.store.write() as db:
            return happenings.send_sms(db, _known(db, iccid), text, now)

    # Push

    def put_push_rule(self, rule: Rule) -> None:
        """Says where the pushes of an account go; nowhere without an address."""
        with self.store.write() as db:
            queue.put_rule(db, rule)

    def push_rules(self) -> list[Rule]:
        with self.store.read() as db:
            return queue.rules(db)

    def push(self, iccid: str, event_type: str, way: str = AS_IT_IS, body: str = "") -> Push:
        """Makes a push whether or not anything happened, with what is wrong with it."""
        now = self.settle()
        with self.store.write() as db:
            return queue.asked(db, _known(db, iccid), event_type, way, body, now)

    def pushes(self, last: int = 100) -> list[Push]:
        """The last so many, newest first."""
        with self.store.read() as db:
            return queue.latest(db, last)

    # Accounts

    def expire_key(self, username: str) -> None:
        with self.store.write() as db:
            accounts.expire_key(db, username)

    def set_api_key(self, username: str, api_key: str = "") -> str:
        """A new API key for a user, made up if none is given; the old one stops working."""
        with self.store.write() as db:
            return accounts.set_api_key(db, username, api_key)

    def set_password(self, username: str, password: str = "") -> str:
        """A new password for a user, made up if none is given."""
        with self.store.write() as db:
            return accounts.set_password(db, username, password)

    def set_licence_key(self, username: str, licence_key: str = "") -> str:
        """A new licence key for the user's account, made up if none is given; the old one stops working."""
        with self.store.write() as db:
            return accounts.set_licence_key(db, username, licence_key)


def _known(db: sqlite3.Connection, iccid: str) -> Sim:
    sim = fleet.find(db, iccid)
    if sim is None:
        raise Unusable(f"There is no SIM {iccid}.")
    return sim


def _sim_values(values: dict[str, Any]) -> dict[str, Any]:
    known = {f.name: str(f.type) for f in fields(Sim) if f.name not in _FIXED}
    for name, value in values.items():
        if name not in known:
            raise Unusable(f"A SIM has no field {name} that can be changed.")
        if name in _ALLOWED and value not in _ALLOWED[name]:
            raise Unusable(f"{name} is one of {', '.join(_ALLOWED[name])}.")
        if not _fits(known[name], value):
            raise Unusable(f"{name} cannot be {value!r}.")
    return {name: _date(value) if name in _DATES else value for name, value in values.items()}


def _fits(annotation: str, value: Any) -> bool:
    if annotation == "bool":
        return isinstance(value, bool)
    if annotation.startswith("float"):
        return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    return isinstance(value, str) or (value is None and "None" in annotation)


def _date(value: str | None) -> datetime | None:
    try:
        return parse_instant(value) if value else None
    except ValueError:
        raise Unusable(f"A date looks like 2017-02-17T15:42:57Z, not like {value}.") from None
