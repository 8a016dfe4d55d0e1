"""Usage of a device: cycle to date, and by rate plan and zone in one cycle."""

from __future__ import annotations

from datetime import date
from typing import Any

from extensions.core.contract.sandboxing.records import load

from .. import cycles, usage
from ..dates import iso_date, parse_day
from ..model import CycleUsage, RatePlan, Sim
from .call import Answer, RestCall
from .devices import read_sim
from .errors import RestError

_SPELLINGS = {"lower": ("smsmtusage", "smsmousage"), "upper": ("SMSMTUsage", "SMSMOUsage")}


def cycle_to_date(call: RestCall, iccid: str) -> Answer:
    """`GET /devices/{iccid}/ctdUsages`: bytes, messages and seconds of the current cycle."""
    sim = read_sim(call, iccid)
    with call.state.store.read() as db:
        entries = usage.in_cycle(db, iccid, cycles.current_start(call.account, call.now))
    sums = usage.totals(sim, entries)
    figures = {
        "ctdDataUsage": sums.data_bytes,
        "ctdSMSUsage": sums.sms,
        "ctdVoiceUsage": sums.voice_s,
        "ctdSessionCount": sums.sessions,
        "overageLimitReached": sim.overage_limit_reached,
        "overageLimitOverride": sim.overage_limit_override,
    }
    return Answer(_identity(sim) | figures)


def in_zones(call: RestCall, iccid: str) -> Answer:
    """`GET /devices/{iccid}/usageInZone?cycleStartDate=…`: the current cycle and the two before."""
    start = _cycle_start(call)
    sim = read_sim(call, iccid)
    with call.state.store.read() as db:
        entries = usage.in_cycle(db, iccid, start)
    wanted = [entry for entry in entries if _is_wanted(call, sim, entry)]
    first, last = cycles.bounds(call.account, start)
    return Answer(
        {
            "iccid": sim.iccid,
            "timeStamp": iso_date(call.now),
            "cycleStartDate": iso_date(first),
            "cycleEndDate": iso_date(last),
            "deviceCycleUsageInZones": _by_plan(wanted, call.state.settings.sms_usage_keys),
        }
    )


def _cycle_start(call: RestCall) -> date:
    _check_filters(call)
    starts = cycles.recent_starts(call.account, call.now, cycles.PAST_CYCLES_IN_REST)
    text = call.query.get("cycleStartDate")
    if text is None:
        return starts[0]
    try:
        start = parse_day(text)
    except ValueError:
        raise RestError("10000012") from None
    if start not in starts:
        raise RestError("10000032")
    return start


def _check_filters(call: RestCall) -> None:
    """Refuses a zone or plan that the account does not have, and isActiveRatePlan other than a boolean."""
    with call.state.store.read() as db:
        rows = db.execute("select * from plans where account_id = ?", (call.account.account_id,))
        plans = [load(RatePlan, row) for row in rows]
    if call.query.get("zone") not in (None, *(zone for plan in plans for zone in plan.zones)):
        raise RestError("10000031")
    if call.query.get("ratePlan") not in (None, *(plan.name for plan in plans)):
        raise RestError("10000013")
    if call.query.get("isActiveRatePlan", "true") not in ("true", "false"):
        raise RestError("10000028", "isActiveRatePlan is true or false")


def _is_wanted(call: RestCall, sim: Sim, entry: CycleUsage) -> bool:
    query = call.query
    return (
        query.get("ratePlan") in (None, entry.rate_plan)
        and query.get("zone") in (None, entry.zone)
        and (query.get("isActiveRatePlan") != "true" or entry.rate_plan == sim.rate_plan)
    )


def _by_plan(entries: list[CycleUsage], spelling: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for number, entry in enumerate(entries):
        mixed = "upper" if number % 2 else "lower"
        keys = _SPELLINGS[mixed if spelling == "mixed" else spelling]
        key = f"{entry.rate_plan}, {entry.rate_plan_version}"
        found.setdefault(key, []).append(_entry(entry, keys))
    return found


def _entry(entry: CycleUsage, sms_keys: tuple[str, str]) -> dict[str, Any]:
    return {
        "ratePlan": entry.rate_plan,
        "ratePlanVersion": entry.rate_plan_version,
        "zone": entry.zone,
        "dataUsage": entry.data_bytes,
        "dataUsageUnit": _unit(entry, entry.data_bytes, "bytes"),
        "voiceMTUsage": entry.voice_mt_s,
        "voiceMTUsageUnit": _unit(entry, entry.voice_mt_s, "seconds"),
        "voiceMOUsage": entry.voice_mo_s,
        "voiceMOUsageUnit": _unit(entry, entry.voice_mo_s, "seconds"),
        sms_keys[0]: entry.sms_mt,
        sms_keys[1]: entry.sms_mo,
    }


def _unit(entry: CycleUsage, figure: int | None, unit: str) -> str | None:
    return unit if entry.units_given and figure is not None else None


def _identity(sim: Sim) -> dict[str, Any]:
    return {
        "iccid": sim.iccid,
        "imsi": sim.imsi,
        "msisdn": sim.msisdn,
        "imei": sim.imei,
        "status": sim.status,
        "ratePlan": sim.rate_plan,
        "communicationPlan": sim.communication_plan,
    }
