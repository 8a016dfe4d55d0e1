"""Rules and waiting pushes on disk. A push is planned in the transaction of what it tells of."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from extensions.core.contract.sandboxing.posting import address
from extensions.core.contract.sandboxing.problems import Unusable
from extensions.core.contract.sandboxing.records import create_table, insert, load, stamp
from extensions.core.contract.sandboxing.settings import one_of

from .. import accounts, cycles, fleet, usage
from ..model import Sim
from .events import EVENTS, Seen, data_of
from .model import AS_IT_IS, BODIES, FAILED, REPEATED, SENT, WAITING, WAYS, Push, Rule

TABLES = (
    create_table(Rule, "push_rules", "account_id"),
    create_table(Push, "pushes", "id"),
    "create index if not exists pushes_waiting on pushes (state, next_at)",
)
KEPT = 10_000
FIRST_PAUSE_S = 5
LAST_TRY = 5


def rules(db: sqlite3.Connection) -> list[Rule]:
    return [load(Rule, row) for row in db.execute("select * from push_rules order by account_id")]


def rule_of(db: sqlite3.Connection, account_id: str) -> Rule | None:
    return next((rule for rule in rules(db) if rule.account_id == account_id), None)


def put_rule(db: sqlite3.Connection, rule: Rule) -> None:
    """Sets an account's rule; one without an address is taken away. Unusable for what cannot be."""
    if accounts.of_account_id(db, rule.account_id) is None:
        raise Unusable(f"There is no account {rule.account_id}.")
    one_of("body", rule.body, BODIES)
    db.execute("delete from push_rules where account_id = ?", (rule.account_id,))
    if not address("url", rule.url):
        _forget_waiting(db, rule.account_id)
    elif not rule.secret:
        raise Unusable("A rule needs a shared secret.")
    else:
        insert(db, "push_rules", [replace(rule, url=rule.url.strip())], Rule)


def plan(
    db: sqlite3.Connection,
    event_type: str,
    sim: Sim,
    at: datetime,
    before: str = "",
    text: str = "",
    way: str = AS_IT_IS,
    body: str = "",
) -> Push | None:
    """A push about the SIM as it is now; None where its account has no rule."""
    if rule_of(db, sim.account_id) is None:
        return None
    root, fields = data_of(event_type, _seen(db, sim, at, before, text))
    who = (sim.account_id, sim.iccid)
    push = Push(None, str(uuid4()), event_type, *who, root, fields, made_at=at, next_at=at, way=way, body=body)
    insert(db, "pushes", [push] * (2 if way == REPEATED else 1), Push)
    db.execute("delete from pushes where id <= (select max(id) from pushes) - ?", (KEPT,))
    return push


def asked(db: sqlite3.Connection, sim: Sim, event_type: str, way: str, body: str, at: datetime) -> Push:
    """A push that a person asks for, whether or not anything happened. Unusable for what cannot be."""
    one_of("event_type", event_type, tuple(EVENTS))
    one_of("way", way, WAYS)
    if body:
        one_of("body", body, BODIES)
    push = plan(db, event_type, sim, at, way=way, body=body)
    if push is None:
        raise Unusable(f"The account {sim.account_id} has no rule that says where pushes go.")
    return push


def first_due(db: sqlite3.Connection, now: datetime) -> Push | None:
    row = db.execute(
        "select * from pushes where state = ? and next_at <= ? order by next_at, id limit 1", (WAITING, stamp(now))
    ).fetchone()
    return load(Push, row) if row else None


def note(db: sqlite3.Connection, push: Push, status: int, answer: str, now: datetime) -> None:
    """What came of a try: silence and 5xx are tried again, anything else is the end of it."""
    tries = push.tries + 1
    again = (status == 0 or status >= 500) and tries < LAST_TRY
    state = WAITING if again else SENT if 200 <= status < 300 else FAILED
    pause = timedelta(seconds=FIRST_PAUSE_S * 2 ** (tries - 1))
    tried = replace(push, state=state, tries=tries, answer=answer, next_at=now + pause if again else push.next_at)
    insert(db, "pushes", [tried], Push)


def latest(db: sqlite3.Connection, last: int) -> list[Push]:
    """The last so many, newest first."""
    return [load(Push, row) for row in db.execute("select * from pushes order by id desc limit ?", (last,))]


def _forget_waiting(db: sqlite3.Connection, account_id: str) -> None:
    db.execute(
        "update pushes set state = ?, answer = 'The rule was taken away.' where account_id = ? and state = ?",
        (FAILED, account_id, WAITING),
    )


def _seen(db: sqlite3.Connection, sim: Sim, at: datetime, before: str, text: str) -> Seen:
    account = accounts.of_account_id(db, sim.account_id)
    entries = usage.in_cycle(db, sim.iccid, cycles.current_start(account, at)) if account else []
    return Seen(sim, at, usage.totals(sim, entries), fleet.plan_of(db, sim), before, text)
