"""SIMs as the API answers them. Null is unknown, never zero."""

from typing import Any

from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims import numbers, results
from extensions.sims.models import Sim, UsageCycle
from extensions.sims.results import FACTS, NUMBER, TEXT
from extensions.sims.sync.timing import is_stale
from iotdash.lib.rest import schemas
from iotdash.lib.rest.times import instant
from iotdash.organizations.authorization import Actor

_ID = {"type": "integer", "minimum": 1}
_SAID = {"type": "string"}
_WHEN = {"type": ["string", "null"], "format": "date-time"}
_NUMBERS = {"imsi": "IMSI", "msisdn": "MSISDN", "imei": "IMEI"}
_MASKED = "Its last digits for Readers, whole for Analysts and above."
_TEXTS = {
    "communicationPlan": "communication_plan",
    "carrierAccount": "carrier_account",
    "carrierDeviceId": "carrier_device_id",
}
_TIMES = {
    "dateActivated": "activated_at",
    "fetchedAt": "fetched_at",
    "detailsFetchedAt": "details_at",
    "usageFetchedAt": "usage_at",
    "missingSince": "missing_since",
}
_SIM = {
    "id": _ID,
    "identifier": {**_SAID, "description": "What the carrier knows it by: the ICCID, or a number of its own."},
    "extension": _SAID,
    "configuration": _SAID,
    "configurationId": _ID,
    "typeId": {**TEXT, "description": "Of the device that has it; null where none has."},
    "deviceId": TEXT,
    **{fact.name: fact.schema for fact in FACTS},
    **{name: {**TEXT, "description": _MASKED} if name in numbers.MASKED else TEXT for name in _NUMBERS},
    **dict.fromkeys(_TEXTS, TEXT),
    **dict.fromkeys(_TIMES, _WHEN),
    "stale": {"type": "boolean"},
}
_CYCLE = {
    "cycleStartDate": {"type": "string", "format": "date"},
    "cycleEndDate": {"type": ["string", "null"], "format": "date"},
    **{f"{kind}{name}Volume": NUMBER for name in ("Data", "SMS", "Voice") for kind in ("billable", "total")},
    "closed": {"type": ["boolean", "null"]},
    "fetchedAt": _WHEN,
}
_FURTHER = {
    "operations": {"type": "array", "items": _SAID, "description": "What can be asked about it, below ops/."},
    "usageCycles": {"type": "array", "items": schemas.ref("SimUsageCycle"), "description": "The newest first."},
}
schemas.register("SimUsageCycle", schemas.obj(_CYCLE, tuple(_CYCLE)))
schemas.register("Sim", schemas.obj(_SIM, tuple(_SIM)))
schemas.register("SimWithUsage", schemas.obj({**_SIM, **_FURTHER}, (*_SIM, *_FURTHER)))
schemas.register("SimPage", schemas.page_of(schemas.ref("Sim")))


def sim_body(sim: Sim, config: ExtensionConfig, actor: Actor) -> dict[str, Any]:
    """Needs its device loaded."""
    whole = numbers.sees_numbers(actor)
    device = sim.device
    return {
        "id": sim.pk,
        "identifier": sim.subject,
        "extension": config.slug,
        "configuration": config.name,
        "configurationId": config.pk,
        "typeId": device.type_name if device else None,
        "deviceId": device.device_id if device else None,
        **{fact.name: fact.written(getattr(sim, fact.field)) for fact in FACTS},
        "iccid": sim.iccid or _iccid(sim, config),
        **{name: _number(sim, name, whole=whole) for name in _NUMBERS},
        **{name: getattr(sim, field) for name, field in _TEXTS.items()},
        **{name: (moment := getattr(sim, field)) and instant(moment) for name, field in _TIMES.items()},
        "stale": is_stale(sim, config),
    }


def _iccid(sim: Sim, config: ExtensionConfig) -> str | None:
    """Most carriers know a SIM by it."""
    return sim.subject if registry.manifest(config.slug).subject_field == "iccid" else None


def _number(sim: Sim, name: str, *, whole: bool) -> str | None:
    return numbers.shown(getattr(sim, name), whole=whole or name not in numbers.MASKED) or None


def cycle_body(cycle: UsageCycle) -> dict[str, Any]:
    return {
        **results.usage(cycle),
        "cycleEndDate": cycle.cycle_end and cycle.cycle_end.isoformat(),
        "closed": cycle.closed,
        "fetchedAt": instant(cycle.fetched_at),
    }
