"""The events that there are: their type, XML root and children (specification section 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..dates import iso_date
from ..model import PRE_ACTIVATION, RatePlan, Sim
from ..usage import CycleTotals

STATE_CHANGE = "SIM_STATE_CHANGE"
PLAN_CHANGE = "SIM_RATEPLAN_CHANGE"
USAGE = "CTD_USAGE"
DATA_LIMIT = "DATA_LIMIT"
SESSION_START, SESSION_STOP = "SESSION_START", "SESSION_STOP"
SMS_RECEIVED = "SMS_MO_RECEIVED"
IMEI_CHANGE = "IMEI_CHANGE"
SHORT_CODE = "8080"
NO_CONNECTION_HOURS = 24


@dataclass(frozen=True)
class Seen:
    """What an event may tell of: the SIM, its plan and usage, and what changed."""

    sim: Sim
    now: datetime
    totals: CycleTotals
    plan: RatePlan | None = None
    before: str = ""
    text: str = ""


def _state_change(seen: Seen) -> dict[str, Any]:
    before = seen.before or PRE_ACTIVATION[-1]
    return {"previousState": before, "currentState": seen.sim.status, "dateChanged": seen.now}


def _plan_change(seen: Seen) -> dict[str, Any]:
    before = seen.before or seen.sim.rate_plan
    return {"oldRatePlanName": before, "newRatePlanName": seen.sim.rate_plan, "dateChanged": seen.now}


def _usage(seen: Seen) -> dict[str, Any]:
    return {"dataUsage": seen.totals.data_bytes or 0}


def _data_limit(seen: Seen) -> dict[str, Any]:
    included = seen.plan.included_bytes if seen.plan else None
    used = seen.totals.data_bytes or 0
    names = {"accountName": seen.sim.account_id, "ratePlanName": seen.sim.rate_plan}
    return {**names, "totalIncludedUsage": included, "totalActualUsage": used}


def _session(seen: Seen) -> dict[str, Any]:
    ended = seen.sim.session_ended
    return {
        "ipAddress": seen.sim.ip_address or "",
        "dateSessionStarted": seen.sim.session_started or seen.now,
        "dateSessionEnded": ended or "",
    }


def _sms(seen: Seen) -> dict[str, Any]:
    names = {"accountName": seen.sim.account_id, "customerName": seen.sim.customer or None, "msisdn": seen.sim.msisdn}
    return {
        **names,
        "messageContent": seen.text or "status ok",
        "smppDataCoding": 0,
        "shortCode": SHORT_CODE,
        "receivedTime": seen.now,
    }


def _imei(seen: Seen) -> dict[str, Any]:
    return {"previousImei": seen.before, "currentImei": seen.sim.imei, "dateChanged": seen.now}


def _no_connection(seen: Seen) -> dict[str, Any]:
    names = {"accountName": seen.sim.account_id, "ratePlanName": seen.sim.rate_plan}
    return {**names, "evaluatingTime": seen.now, "noConnectionThreshold": NO_CONNECTION_HOURS}


# Event type -> XML root, and its children after the ICCID.
EVENTS: Mapping[str, tuple[str, Callable[[Seen], dict[str, Any]]]] = {
    STATE_CHANGE: ("SimStateChange", _state_change),
    PLAN_CHANGE: ("SimRatePlanChange", _plan_change),
    USAGE: ("CtdUsage", _usage),
    "PAST24H_DATA_USAGE_EXCEEDED": ("Past24HDataUsage", _usage),
    DATA_LIMIT: ("SimDataLimit", _data_limit),
    SESSION_START: ("Session", _session),
    SESSION_STOP: ("Session", _session),
    SMS_RECEIVED: ("SmsMoReceived", _sms),
    IMEI_CHANGE: ("SimImeiChange", _imei),
    "NO_CONNECTION": ("NoConnection", _no_connection),
}


def data_of(event_type: str, seen: Seen) -> tuple[str, dict[str, str]]:
    """The root of an event's data, and its children as text; those without a value are left out."""
    root, fields = EVENTS[event_type]
    found = {"iccid": seen.sim.iccid, **fields(seen)}
    return root, {name: _text(value) for name, value in found.items() if value is not None}


def _text(value: object) -> str:
    return iso_date(value) if isinstance(value, datetime) else str(value)
