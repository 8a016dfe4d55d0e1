"""The sandbox's state: open it, seed it, look at it, turn its screws. All processes work on one."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extensions.core.contract.sandboxing import calls
from extensions.core.contract.sandboxing.calls import Call
from extensions.core.contract.sandboxing.meter import RateMeter
from extensions.core.contract.sandboxing.problems import Unusable
from extensions.core.contract.sandboxing.records import insert, load, update
from extensions.core.contract.sandboxing.state import Screws, WithFaults

from . import changes, directory, quota
from .model import STATUSES, Account, Sim, Ticket
from .numbers import made_up
from .quota import Quota
from .settings import Settings, changed, load_settings
from .store import Performed, open_store

FILE_NAME = "orange.sqlite3"
_WORLD = ("accounts", "sims", "tickets", "tasks", "used")


def utc_now() -> datetime:
    return datetime.now(UTC)


class State(Screws[Settings], WithFaults):
    """Everything the sandbox knows, in one file under `state_dir`. Safe to use from several threads and processes."""

    load_settings = staticmethod(load_settings)
    changed = staticmethod(changed)
    anything_due, happen = staticmethod(changes.anything_due), staticmethod(changes.settle)

    def __init__(self, state_dir: Path, clock: Callable[[], datetime] = utc_now) -> None:
        state_dir.mkdir(parents=True, exist_ok=True)
        self.store = open_store(state_dir / FILE_NAME)
        self.meter = RateMeter()
        self._clock = clock

    def now(self) -> datetime:
        """The sandbox's time: the clock, moved by what it was advanced."""
        return self._clock() + timedelta(seconds=self.settings.clock_offset_s)

    # The world

    def seed(self, accounts: Iterable[Account] = (), sims: Iterable[Sim] = ()) -> None:
        """Adds records, replacing those with the same key."""
        with self.store.write() as db:
            insert(db, "accounts", accounts, Account)
            insert(db, "sims", sims, Sim)

    def forget_world(self) -> None:
        """Accounts, SIMs, tickets and counted calls; faults, settings and the call log stay."""
        with self.store.write() as db:
            for table in _WORLD:
                db.execute(f"delete from {table}")  # noqa: S608

    # Looking

    def accounts(self) -> list[Account]:
        with self.store.read() as db:
            return [load(Account, row) for row in db.execute("select * from accounts order by customer_id, login")]

    def account(self, login: str) -> Account | None:
        return next((account for account in self.accounts() if account.login == login), None)

    def proved(self, login: str, password: str) -> Account | None:
        """The account if the password is its own."""
        account = self.account(login)
        same = account is not None and hmac.compare_digest(account.password.encode(), password.encode())
        return account if same else None

    def sim(self, ssn: str) -> Sim | None:
        self.settle()
        with self.store.read() as db:
            return directory.find(db, ssn)

    def overview(self) -> list[tuple[str, str, int, str]]:
        """Per customer and status: how many SIMs, and the serial number of one."""
        self.settle()
        statement = "select customer_id, status, count(*), min(ssn) from sims group by 1, 2 order by 1, 2"
        with self.store.read() as db:
            return [tuple(row) for row in db.execute(statement)]

    def pending(self) -> list[Sim]:
        """SIMs of which a change is pending, at most the first hundred."""
        with self.store.read() as db:
            rows = db.execute("select * from sims where requested_status <> '' order by ssn limit 100")
            return [load(Sim, row) for row in rows]

    def quotas(self) -> list[Quota]:
        with self.store.read() as db:
            return quota.quotas(db, self.settings, self.now())

    def calls(self, after: int = 0, last: int | None = None) -> list[Call]:
        """The call log in order: calls with an id above `after`, only the `last` so many."""
        with self.store.read() as db:
            return calls.read(db, Performed, after, last)

    # Screws

    def put_status(self, ssn: str, status: str) -> Sim:
        """A SIM's status changes behind the API's back; any text may be one, as in version 1.18."""
        if not status.strip():
            raise Unusable(f"A status is one of {', '.join(STATUSES)}, or another word.")
        sim, now = self._known(ssn), self.settle()
        with self.store.write() as db:
            changes.put(db, sim, status.strip(), now)
        return self._known(ssn)

    def request_status(self, ssn: str, status: str) -> Ticket:
        """A person asks for a change at the service's own portal: it is pending then."""
        sim, now = self._known(ssn), self.settle()
        if sim.requested_status or status not in changes.TRANSITIONS.get(sim.status, ()):
            raise Unusable(f"The SIM {ssn} is {sim.status}, and cannot be asked to become {status}.")
        with self.store.write() as db:
            return changes.submit(changes.Desk(db, sim.customer_id, self.settings, now), [sim], status)

    def set_password(self, login: str, password: str = "") -> str:
        """A new password for a login, made up if none is given."""
        if self.account(login) is None:
            raise Unusable(f"There is no login {login}.")
        new = password or made_up(f"{login} {self.now().isoformat()}")
        with self.store.write() as db:
            update(db, "accounts", ("login", login), {"password": new})
        return new

    def set_used(self, customer_id: str, service: str, used: int | None = None) -> Quota:
        """How many calls of this month are used; without a number: all."""
        found = [each for each in self.quotas() if (each.customer_id, each.service) == (customer_id, service)]
        if not found:
            raise Unusable(f"There is no quota of {customer_id or 'nobody'} for {service or 'no service'}.")
        with self.store.write() as db:
            quota.set_used(db, customer_id, service, self.now(), found[0].allowed if used is None else used)
            return quota.quota(db, load_settings(db), customer_id, service, self.now())

    def _known(self, ssn: str) -> Sim:
        sim = self.sim(ssn)
        if sim is None:
            raise Unusable(f"There is no SIM {ssn}.")
        return sim
