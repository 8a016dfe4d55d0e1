"""The world of a new sandbox: two customers, their logins, and several hundred SIMs; the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from .changes import last_night
from .model import ACTIVATED, CANCELLED, PRE_ACTIVATED, STATUSES, SUSPENDED, Account, Sim
from .numbers import iccid_of, made_up, make_imei, make_ssn, puk
from .state import State

NORTH, SOUTH = "CEN-NORTH", "CEN-SOUTH"
NORTH_SIMS, SOUTH_SIMS = 420, 60
FIRST_SOUTH_SIM = 5001
MANAGER = Account("north-manager", made_up("north-manager"), NORTH)
READER = Account("north-reader", made_up("north-reader"), NORTH, may_change=False)
LEFT = Account("north-left", made_up("north-left"), NORTH, known=False)
SOUTHERN = Account("south-manager", made_up("south-manager"), SOUTH)
ACCOUNTS = (MANAGER, READER, LEFT, SOUTHERN)
# A status that no table has: since version 1.18 any text may be one.
NOVEL_STATUS = "IN_STOCK"
NOVEL_PLACE = len(STATUSES)
_COMMON = (ACTIVATED,) * 7 + STATUSES
_REASONS = ("NON_PAYMENT", "CUSTOMER_REQUEST", "FRAUD")
_PARIS_AREA = (48.86, 2.35)


def seed_default(state: State) -> None:
    """Adds the default world, placed around the sandbox's present."""
    now = state.now()
    sims = [*make_sims(NORTH, NORTH_SIMS, now), *make_sims(SOUTH, SOUTH_SIMS, now, FIRST_SOUTH_SIM)]
    state.seed(ACCOUNTS, sims)


def make_sims(customer_id: str, count: int, now: datetime, first: int = 1) -> Iterator[Sim]:
    """SIMs number `first` onward: the first are one of each status and one of a novel status."""
    for place in range(count):
        yield _sim(customer_id, first + place, place, now)


def _sim(customer_id: str, number: int, place: int, now: datetime) -> Sim:
    chance = random.Random(number)  # noqa: S311
    status = (*STATUSES, NOVEL_STATUS)[place] if place <= NOVEL_PLACE else chance.choice(_COMMON)
    ssn = make_ssn(number)
    sim = Sim(
        *(ssn, customer_id, status, iccid_of(ssn), f"SUB-{number:04d}", puk(ssn, 1), puk(ssn, 2)),
        changed_at=now - timedelta(days=chance.randint(2, 700), seconds=chance.randint(0, 86_399)),
        refreshed_at=last_night(now),
        imsi=f"20801{number:010d}",
        status_reason=chance.choice(("", "CUSTOMER_REQUEST")),
        suspension_reason=chance.choice(_REASONS) if status == SUSPENDED else "",
        hierarchy=f"{customer_id}/FLEET-{number % 4 + 1}",
    )
    if status in (PRE_ACTIVATED, CANCELLED):
        return sim
    return _with_position(_with_device(sim, number), number, now, chance)


def _with_device(sim: Sim, number: int) -> Sim:
    """Numbers and a device; some SIMs lack one or the other."""
    return replace(
        sim,
        msisdn_data=f"33700{number:06d}",
        msisdn_voice=f"33601{number:06d}" if number % 7 == 0 else "",
        msisdn_fax=f"33899{number:06d}" if number % 31 == 0 else "",
        imei=make_imei(number) if number % 5 else "",
        device_serial=f"DEV-{number:05d}" if number % 6 == 0 else "",
        device_id=f"meter-{number:04d}" if number % 4 == 0 else "",
        machine_serial=f"MACHINE-{number:04d}" if number % 10 == 0 else "",
    )


def _with_position(sim: Sim, number: int, now: datetime, chance: random.Random) -> Sim:
    """Of six SIMs one says nothing of location, one is not compatible, one was not located yet, three were."""
    kind = number % 6
    sim = replace(sim, supervision=None if kind == 0 else kind != 1, imei_alert=number % 4 == 0)
    if kind in (0, 1, 2):
        return sim
    north, east = _PARIS_AREA
    return replace(
        sim,
        latitude=round(north + chance.uniform(-4, 2), 5),
        longitude=round(east + chance.uniform(-4, 4), 5),
        located_at=now - timedelta(hours=chance.randint(1, 900)),
        accuracy_m=chance.choice((None, 50, 300, 1500)),
    )
