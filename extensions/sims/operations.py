"""The operations on a SIM, as declared to core. Ids, parameters and result names are those of the REST API."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from extensions.core.contract import Kind, OperationSpec
from extensions.sims import results
from extensions.sims.contract import SimProvider, SimState
from extensions.sims.results import NUMBER, TEXT
from iotdash.organizations.roles import Role

# What a carrier's own id of its overview stands for.
OVERVIEW = "overview"
STATUS, USAGE, SMS, RATE_PLAN, RATE_PLANS = ("status", "usage", "sms", "rateplan", "rateplans")

# GSM's own measure, whoever the carrier is.
_SEGMENTS = (
    "One SMS holds 160 characters, or 70 if one of them is not in the GSM alphabet, as Cyrillic and emoji. "
    "A longer text goes, and is charged, as several."
)
_NOTHING = {"type": "object", "properties": {}, "additionalProperties": False}


def of(provider: SimProvider, settings: Mapping[str, Any]) -> tuple[OperationSpec, ...]:
    """The operations that this carrier supports under these settings, the overview first."""
    sms = _sms(provider.sms_limit(settings))
    declared = (_overview(provider), _status(provider), _usage(), sms, _rate_plan(), _rate_plans())
    needs = {RATE_PLANS: RATE_PLAN}
    return tuple(spec for spec in declared if needs.get(spec.id, spec.id) in provider.supports)


def kind_of(provider: SimProvider, operation_id: str) -> str:
    """OVERVIEW for the carrier's own name of it; all others have the same names everywhere."""
    return OVERVIEW if operation_id == provider.overview else operation_id


def _object(required: list[str], **properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def _overview(provider: SimProvider) -> OperationSpec:
    result = results.overview_schema(provider)
    return OperationSpec(provider.overview, "Refresh", Kind.READ, "GET", _NOTHING, result, Role.READER)


def _status(provider: SimProvider) -> OperationSpec:
    choices = [{"const": state, "title": state} for state in provider.settable_states]
    return OperationSpec(
        STATUS,
        "Change activation state",
        Kind.WRITE,
        "PUT",
        _object(["status"], status={"type": "string", "title": "New state", "oneOf": choices}),
        _object([], status=TEXT),
        Role.OPERATOR,
        confirm_within=timedelta(minutes=10),
        warning=_retire_warning,
    )


def _retire_warning(parameters: Mapping[str, Any]) -> str:
    if parameters.get("status") != SimState.RETIRED:
        return ""
    return "Most carriers never let a retired SIM come back. Its device loses its connection for good."


def _usage() -> OperationSpec:
    start = {
        "type": "string",
        "format": "date",
        "title": "Cycle start date",
        "description": "YYYY-MM-DD, the first day of a billing cycle. Empty: the current cycle.",
    }
    numbers = [f"{kind}{what}Volume" for what in ("Data", "SMS", "Voice") for kind in ("billable", "total")]
    result = _object([], cycleStartDate=TEXT, **dict.fromkeys(numbers, NUMBER))
    return OperationSpec(USAGE, "Get usage", Kind.READ, "GET", _object([], cycleStartDate=start), result, Role.READER)


def _sms(limit: int) -> OperationSpec:
    message = {
        "type": "string",
        "title": "Message",
        "description": _SEGMENTS,
        "minLength": 1,
        "maxLength": limit,
        "x-multiline": True,
    }
    return OperationSpec(
        SMS,
        "Send SMS",
        Kind.WRITE,
        "POST",
        _object(["message"], message=message),
        _object([], messageId=TEXT),
        Role.OPERATOR,
        confirm_within=timedelta(minutes=15),
    )


def _rate_plan() -> OperationSpec:
    plan = {"type": "string", "title": "New rate plan", "minLength": 1, "maxLength": 120}
    return OperationSpec(
        RATE_PLAN,
        "Change rate plan",
        Kind.WRITE,
        "PUT",
        _object(["ratePlan"], ratePlan=plan),
        _object([], ratePlan=TEXT),
        Role.OPERATOR,
        confirm_within=timedelta(minutes=10),
    )


def _rate_plans() -> OperationSpec:
    result = _object([], ratePlans={"type": "array", "items": {"type": "string"}}, reason=TEXT)
    return OperationSpec(RATE_PLANS, "List rate plans", Kind.READ, "GET", _NOTHING, result, Role.READER)
