"""The sandbox's default world: two accounts, east and west of UTC, and who may do what in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from .generators import make_fleet, make_key, make_plans
from .messages import FIRST_ID, MOBILE, SERVER
from .model import ACTIVATED, Account, Message, Role, Sim
from .state import State

EAST_ACCOUNT_ID = "100020001"
WEST_ACCOUNT_ID = "100020002"
EAST_SIMS = 120
WEST_SIMS = 40
FIRST_WEST_SIM = 5001
MESSAGES = 3


def _account(username: str, account_id: str, role: Role, **more: Any) -> Account:
    password, api_key = (make_key(f"{username} {what}") for what in ("password", "api"))
    return Account(username, password, api_key, make_key(f"{account_id} licence"), account_id, role=role, **more)


_EAST = {"zone": "Asia/Singapore", "cycle_day": 27, "customers": ("Harbour Logistics", "Orchard Water")}
_WEST = {"zone": "America/New_York", "cycle_day": 1, "location_enabled": True}
EAST_ADMIN = _account("fleet-admin", EAST_ACCOUNT_ID, Role.ADMINISTRATOR, **_EAST)
EAST_EDITOR = _account("fleet-editor", EAST_ACCOUNT_ID, Role.EDITOR, **_EAST)
EAST_READER = _account("fleet-reader", EAST_ACCOUNT_ID, Role.READ_ONLY, **_EAST)
WEST_EDITOR = _account("west-editor", WEST_ACCOUNT_ID, Role.EDITOR, custom_groups=("account",), **_WEST)
WEST_ADMIN = _account("west-admin", WEST_ACCOUNT_ID, Role.ADMINISTRATOR, **_WEST)
ACCOUNTS = (EAST_ADMIN, EAST_EDITOR, EAST_READER, WEST_EDITOR, WEST_ADMIN)


def seed_default(state: State) -> None:
    """Adds the default world; the same one every time, placed around the sandbox's present.

    Each account's SIMs are foreign to the users of the other one.
    """
    now = state.now()
    for account, count, first in ((EAST_ADMIN, EAST_SIMS, 1), (WEST_ADMIN, WEST_SIMS, FIRST_WEST_SIM)):
        plans = make_plans(account.account_id)
        sims, usage = make_fleet(account, plans, count, now, first)
        sims[-1] = replace(sims[-1], status=ACTIVATED, suspended="Y")
        senders = [sim for sim in sims if sim.status == ACTIVATED][:MESSAGES]
        reports = [_report(FIRST_ID + first + n, sim, now) for n, sim in enumerate(senders)]
        state.seed(sims=sims, usage=usage, plans=plans, messages=reports)
    state.seed(accounts=ACCOUNTS)


def _report(message_id: int, sim: Sim, now: datetime) -> Message:
    at = now - timedelta(hours=2)
    return Message(
        *(
            message_id,
            sim.account_id,
            sim.iccid,
            "status ok",
            "MO",
            "Received",
            MOBILE,
            SERVER,
            sim.msisdn,
            at,
        ),
        date_sent=at,
        date_received=at,
    )
