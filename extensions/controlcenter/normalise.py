"""Answers of Control Center REST as normalised records: null is unknown and never 0, "" is none."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from extensions.controlcenter.dates import cycle_end, cycle_start, instant
from extensions.controlcenter.states import state_name
from extensions.core.contract import BadResponse
from extensions.sims.contract import EVERY_PART, Part, SimRecord, UsageRecord
from iotdash.lib.texts import storable

Json = Mapping[str, Any]

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,40}")
# A SIM with a figure of more digits than this is not a SIM.
_LONGEST_FIGURE = 18

_DATA = {"": 1, "b": 1, "byte": 1, "bytes": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}
_VOICE = {
    "": 1,
    "s": 1,
    "sec": 1,
    "second": 1,
    "seconds": 1,
    "minute": 60,
    "minutes": 60,
    "hour": 3600,
    "hours": 3600,
}
_MESSAGES = {"": 1, "message": 1, "messages": 1}


def sim_record(subject: str, details: Json, ctd: Json) -> SimRecord:
    """From `details` and `ctdUsages`; `ctd` may be empty: then nothing is said of its figures."""
    return SimRecord(
        subject=subject,
        parts=EVERY_PART if ctd else EVERY_PART - {Part.USAGE},
        **_state(details),
        **_cycle_to_date(ctd),
        added_at=instant(details.get("dateAdded")),
        modified_at=instant(details.get("dateUpdated")),
        activated_at=instant(details.get("dateActivated")),
        imsi=text(details.get("imsi")),
        msisdn=text(details.get("msisdn")),
        imei=text(details.get("imei")),
        carrier_account=text(details.get("accountId")),
        carrier_device_id=text(details.get("deviceID")),
    )


def listed_record(device: Json) -> SimRecord:
    """From an entry of the search, which has few fields."""
    return SimRecord(subject=listed_number(device), parts=_with_state(device), **_state(device))


def listed_number(device: Json) -> str:
    """Empty if the entry does not say which SIM it is."""
    number = (text(device.get("iccid")) or "").strip()
    return number if is_identifier(number) else ""


def usage_of(subject: str, ctd: Json) -> SimRecord:
    """From `ctdUsages` alone, which repeats the state."""
    return SimRecord(subject=subject, parts=_with_state(ctd, Part.USAGE), **_state(ctd), **_cycle_to_date(ctd))


def _with_state(reply: Json, *parts: Part) -> frozenset[Part]:
    """An answer without a status says nothing of the state: what is known of it stays."""
    return frozenset({Part.STATE, *parts} if text(reply.get("status")) else parts)


def _state(reply: Json) -> dict[str, Any]:
    return {
        "state": state_name(text(reply.get("status"))),
        "rate_plan": text(reply.get("ratePlan")),
        "communication_plan": text(reply.get("communicationPlan")),
    }


def _cycle_to_date(ctd: Json) -> dict[str, Any]:
    limit_reached = ctd.get("overageLimitReached")
    return {
        "ctd_data_bytes": count(ctd.get("ctdDataUsage")),
        "ctd_sms": count(ctd.get("ctdSMSUsage")),
        "ctd_voice_seconds": count(ctd.get("ctdVoiceUsage")),
        "overage_limit_reached": limit_reached if isinstance(limit_reached, bool) else None,
        "overage_limit_override": text(ctd.get("overageLimitOverride")),
    }


def usage_record(subject: str, reply: Json, *, zone: tzinfo | None, asked: date | None, now: datetime) -> UsageRecord:
    """From `usageInZone`: the sum over plans and zones. Raises BadResponse if the answer makes no sense."""
    start = cycle_start(reply.get("cycleStartDate"), zone=zone, asked=asked) or asked
    if start is None:
        raise BadResponse("Control Center did not say when the billing cycle starts. Try again later.")
    zones = list(_zones(reply.get("deviceCycleUsageInZones")))
    ends = instant(reply.get("cycleEndDate"))
    return UsageRecord(
        subject=subject,
        cycle_start=start,
        cycle_end=cycle_end(reply.get("cycleEndDate"), start=reply.get("cycleStartDate"), start_day=start),
        total_data_bytes=_total(zones, ("datausage",), _DATA),
        total_sms=_total(zones, ("smsmtusage", "smsmousage"), _MESSAGES),
        total_voice_seconds=_total(zones, ("voicemtusage", "voicemousage"), _VOICE),
        billable_available=False,
        rate_plans=tuple(dict.fromkeys(filter(None, (text(zone.get("rateplan")) for zone in zones)))),
        closed=None if ends is None else ends < now,
    )


def is_identifier(text: str) -> bool:
    """Whether this can be the number of something in Control Center."""
    return _IDENTIFIER.fullmatch(text) is not None


def text(value: object) -> str | None:
    """A string as it stands; numbers as text; None for null, "" and anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return storable(value) if isinstance(value, str) and value.strip() else None


def count(value: object) -> int | None:
    amount = _number(value)
    return None if amount is None else round(amount)


def _number(value: object) -> float | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < _LONGEST_FIGURE:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value < 10**_LONGEST_FIGURE else None


def _zones(plans: object) -> Iterator[Json]:
    """Usage per plan and zone, keys in lower case: their spelling differs between servers.

    The outer keys are "<plan name>, <version>" and are not split: the fields repeat both inside.
    """
    if not isinstance(plans or {}, dict):
        raise BadResponse("Control Center sent usage in a form that is not known. Try again later.")
    for zones in (plans or {}).values():
        for zone in zones if isinstance(zones, list) else [zones]:
            if isinstance(zone, dict):
                yield {key.lower(): value for key, value in zone.items() if value is not None}


def _total(zones: Iterable[Json], names: tuple[str, ...], units: Mapping[str, int]) -> int | None:
    """The sum of what is given; None if nothing is, if a unit is not known, or if it is more than a SIM can use."""
    pairs = [(_number(zone.get(name)), _unit(zone, name)) for zone in zones for name in names]
    given = [(amount, units.get(unit)) for amount, unit in pairs if amount is not None]
    if not given or any(factor is None for _, factor in given):
        return None
    total = round(sum(amount * factor for amount, factor in given))
    return total if total < 10**_LONGEST_FIGURE else None


def _unit(zone: Json, name: str) -> str:
    return str(zone.get(f"{name}unit", "")).strip().lower()
