"""Believable SIMs and usage, the same ones every time. Also for demos that bring their own accounts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_DNS, uuid5

from .cycles import current_start, recent_starts
from .model import (
    ACTIVATED,
    ACTIVATION_READY,
    DEACTIVATED,
    INVENTORY,
    PRE_ACTIVATION,
    RETIRED,
    STATUSES,
    Account,
    CycleUsage,
    RatePlan,
    Sim,
)

ICCID_PREFIX = "8988200"
MB = 1024 * 1024
PAST_CYCLES = 4
UNUSED_CYCLE = 2  # so many cycles back: one that REST still gives, without usage
DEVICE_NAMES = ("pump", "meter", "tracker", "vending", "lift", "gate")
_COMMON = (ACTIVATED,) * 7 + (DEACTIVATED, ACTIVATION_READY, INVENTORY, RETIRED)
_PLANS = (
    ("EU 5MB", 5, ("Zone 1",)),
    ("EU 50MB", 50, ("Zone 1", "Zone 2")),
    ("Global 500MB", 500, ("Zone 1", "Zone 2", "Rest of the world")),
    ("Fleet, roaming 1GB", 1024, ("Zone 1", "Zone 2")),  # a comma, as plan names may have
    ("Voice and SMS 100", 1, ("Zone 1",)),
)
VOICE_PLAN = "Voice and SMS 100"


def luhn_digit(digits: str) -> str:
    """The check digit that belongs after these digits."""
    doubled = (int(digit) * (2 if n % 2 == 0 else 1) for n, digit in enumerate(reversed(digits)))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def make_iccid(number: int, prefix: str = ICCID_PREFIX) -> str:
    """The ICCID (19 digits, the last a Luhn digit) of SIM `number`."""
    body = f"{prefix}{number:0{18 - len(prefix)}d}"
    return body + luhn_digit(body)


def make_imei(number: int) -> str:
    body = f"35824005{number:06d}"
    return body + luhn_digit(body)


def make_key(name: str) -> str:
    """A key shaped as a UUID that is always the same for a name."""
    return str(uuid5(NAMESPACE_DNS, f"{name}.sandbox.invalid"))


def make_plans(account_id: str) -> list[RatePlan]:
    return [RatePlan(name, account_id, included_bytes=megabytes * MB, zones=zones) for name, megabytes, zones in _PLANS]


def make_sims(account: Account, plans: Sequence[RatePlan], count: int, now: datetime, first: int = 1) -> list[Sim]:
    """SIMs number `first` onward: the first nine are one of each status, most others are activated."""
    return [_sim(account, plans, number, place, now) for place, number in enumerate(range(first, first + count))]


def make_usage(sims: Iterable[Sim], account: Account, plans: Sequence[RatePlan], now: datetime) -> Iterator[CycleUsage]:
    """Usage of the current cycle and of those before, with one cycle that no SIM used."""
    starts = recent_starts(account, now, PAST_CYCLES)
    by_name = {plan.name: plan for plan in plans}
    for sim in sims:
        if sim.status in PRE_ACTIVATION:
            continue
        for back, start in enumerate(starts):
            if back != UNUSED_CYCLE:
                yield from _cycle(sim, by_name, start, current=back == 0)


def with_overage(sims: Iterable[Sim], usage: Iterable[CycleUsage], plans: Sequence[RatePlan], start: date) -> list[Sim]:
    """The SIMs, those that used more than their plan includes since `start` marked so."""
    used: dict[str, int] = {}
    for entry in usage:
        if entry.cycle_start == start:
            used[entry.iccid] = used.get(entry.iccid, 0) + (entry.data_bytes or 0)
    included = {plan.name: plan.included_bytes for plan in plans}
    return [replace(sim, overage_limit_reached=used.get(sim.iccid, 0) > included.get(sim.rate_plan, 0)) for sim in sims]


def make_fleet(
    account: Account, plans: Sequence[RatePlan], count: int, now: datetime, first: int = 1
) -> tuple[list[Sim], list[CycleUsage]]:
    """SIMs and their usage, ready for `State.seed`."""
    sims = make_sims(account, plans, count, now, first)
    usage = list(make_usage(sims, account, plans, now))
    return with_overage(sims, usage, plans, current_start(account, now)), usage


def _sim(account: Account, plans: Sequence[RatePlan], number: int, place: int, now: datetime) -> Sim:
    chance = random.Random(number)  # noqa: S311
    status = STATUSES[place] if place < len(STATUSES) else chance.choice(_COMMON)
    added = now - timedelta(days=chance.randint(200, 900), seconds=chance.randint(0, 86_399))
    activated = None if status in PRE_ACTIVATION else added + timedelta(days=chance.randint(5, 90))
    sim = Sim(
        iccid=make_iccid(number),
        status=status,
        rate_plan=plans[number % len(plans)].name,
        account_id=account.account_id,
        imsi=f"9011617{number:08d}",
        msisdn=f"88235{number:010d}",
        imei=make_imei(number) if activated else "",
        communication_plan=account.communication_plans[0],
        customer=chance.choice(("", *account.customers)),
        date_added=added,
        date_shipped=added - timedelta(days=6),
        date_activated=activated,
        date_updated=(activated or added) + timedelta(days=chance.randint(0, 100)),
        device_id=_device_id(number, chance.choice(DEVICE_NAMES)),
        customs={"account1": chance.choice(("north", "south"))} if number % 3 == 0 else {},
        **_rare(number),
    )
    return _with_session(sim, number, now, chance) if status == ACTIVATED else sim


def _rare(number: int) -> dict[str, object]:
    """Fields that most SIMs do not have, so that both kinds of reply occur."""
    every = {
        "fixed_ip_address": (13, f"100.64.{number // 250 % 250}.{number % 250 + 1}"),
        "end_consumer_id": (14, f"consumer-{number}"),
        "modem_id": (15, f"modem-{number}"),
        "sim_notes": (17, "Spare, in the van"),
        "global_sim_type": (18, "Primary"),
        "offline": (11, True),
    }
    return {name: value for name, (step, value) in every.items() if number % step == 0}


def _device_id(number: int, name: str) -> str:
    return "" if number % 19 == 0 else f"{name}-{number:03d}"


def _with_session(sim: Sim, number: int, now: datetime, chance: random.Random) -> Sim:
    """Of eight activated SIMs one was never connected, three are connected, four were."""
    if number % 8 == 0:
        return replace(sim, ip_address="null" if number % 16 == 0 else None)
    started = now - timedelta(minutes=chance.randint(10, 2000))
    connected = number % 8 < 4
    return replace(
        sim,
        ip_address=f"10.{number // 62500 % 256}.{number // 250 % 250}.{number % 250 + 1}",
        apn="iot.sandbox.invalid" if number % 2 else "",
        session_started=started,
        session_ended=None if connected else started + timedelta(minutes=9),
        latitude=round(chance.uniform(36.0, 60.0), 5),
        longitude=round(chance.uniform(-9.0, 25.0), 5),
        located_at=started,
    )


def _cycle(sim: Sim, plans: dict[str, RatePlan], start: date, *, current: bool) -> Iterator[CycleUsage]:
    chance = random.Random(f"{sim.iccid} {start}")  # noqa: S311
    plan = plans[sim.rate_plan]
    yield _entry(sim, plan, plan.zones[0], start, chance, current)
    if int(sim.iccid[-5:-1]) % 5 == 0:
        former = next((other for other in plans.values() if other.name != plan.name), plan)
        yield _entry(sim, former, former.zones[-1], start, chance, current)


def _entry(sim: Sim, plan: RatePlan, zone: str, start: date, chance: random.Random, current: bool) -> CycleUsage:
    data = int(plan.included_bytes * chance.triangular(0.02, 1.3, 0.3))
    talks = plan.name == VOICE_PLAN
    figures = {"data_bytes": data, "sms_mo": chance.randint(0, 9), "sms_mt": chance.randint(0, 12)}
    voice = {"voice_mo_s": chance.randint(0, 900), "voice_mt_s": chance.randint(0, 600)} if talks else {}
    billed = {
        "billable_data_bytes": max(0, data - plan.included_bytes),
        "billable_sms": max(0, figures["sms_mo"] - 5),
        "billable_voice_s": voice.get("voice_mo_s", 0),
    }
    return CycleUsage(
        sim.iccid,
        start,
        rate_plan=plan.name,
        rate_plan_version=plan.version,
        zone=zone,
        sessions=chance.randint(1, 30),
        units_given=chance.random() > 0.15,
        **figures,
        **voice,
        **({} if current else billed),
    )
