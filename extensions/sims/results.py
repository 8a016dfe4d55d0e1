"""What operations answer, by the names of the REST API: only what the carrier ever tells.

Data in MB of 1 048 576 bytes, voice in seconds, instants in ISO 8601, positions in degrees; null is unknown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from extensions.sims.contract import SimProvider, SimRecord, UsageRecord
from extensions.sims.models import Sim, UsageCycle
from extensions.sims.units import BYTES_PER_MB

TEXT, NUMBER, BOOLEAN = ({"type": [name, "null"]} for name in ("string", "number", "boolean"))


def _megabytes(count: int | None) -> float | None:
    return None if count is None else round(count / BYTES_PER_MB, 3)


def _instant(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Fact:
    """A field of a record, what it is called, its JSON schema, and how its value is written."""

    field: str
    name: str
    schema: Mapping[str, Any]
    written: Callable[[Any], Any] = _as_it_is


FACTS = (
    Fact("state", "status", TEXT),
    Fact("state_changed_at", "lastStatusChange", TEXT, _instant),
    Fact("state_refreshed_at", "lastStatusRefresh", TEXT, _instant),
    Fact("requested_state", "requestedStatus", TEXT),
    Fact("state_requested_at", "statusChangeRequest", TEXT, _instant),
    Fact("rate_plan", "ratePlan", TEXT),
    Fact("ctd_data_bytes", "monthToDateDataUsage", NUMBER, _megabytes),
    Fact("ctd_sms", "monthToDateSMSUsage", NUMBER),
    Fact("ctd_voice_seconds", "monthToDateVoiceUsage", NUMBER),
    Fact("overage_limit_reached", "overageLimitReached", BOOLEAN),
    Fact("overage_limit_override", "overageLimitOverride", TEXT),
    Fact("added_at", "dateAdded", TEXT, _instant),
    Fact("modified_at", "dateModified", TEXT, _instant),
    Fact("iccid", "iccid", TEXT),
    Fact("location_status", "locationStatus", TEXT),
    Fact("located_at", "locatedAt", TEXT, _instant),
    Fact("location_accuracy", "locationAccuracy", TEXT),
    Fact("latitude", "latitude", NUMBER),
    Fact("longitude", "longitude", NUMBER),
)


def overview_schema(provider: SimProvider) -> dict[str, Any]:
    """JSON schema of the overview."""
    told = {_name(provider, fact): fact.schema for fact in _told(provider)}
    return {"type": "object", "properties": {provider.subject_name: TEXT, **told}, "additionalProperties": False}


def overview(provider: SimProvider, record: SimRecord | Sim) -> dict[str, Any]:
    told = {_name(provider, fact): fact.written(getattr(record, fact.field)) for fact in _told(provider)}
    return {provider.subject_name: record.subject, **told}


def _name(provider: SimProvider, fact: Fact) -> str:
    return provider.fact_names.get(fact.field, fact.name)


def _told(provider: SimProvider) -> list[Fact]:
    return [fact for fact in FACTS if fact.field in provider.tells]


def usage(usage: UsageRecord | UsageCycle) -> dict[str, Any]:
    named = {
        f"{kind}{name}Volume": getattr(usage, f"{kind}_{field}")
        for kind in ("billable", "total")
        for name, field in (("SMS", "sms"), ("Voice", "voice_seconds"))
    }
    data = {f"{kind}DataVolume": _megabytes(getattr(usage, f"{kind}_data_bytes")) for kind in ("billable", "total")}
    return {"cycleStartDate": usage.cycle_start.isoformat(), **data, **named}


def plans(names: Sequence[str], why_not: str) -> dict[str, Any]:
    return {"ratePlans": list(names), "reason": why_not or None}
