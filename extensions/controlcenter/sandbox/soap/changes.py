"""`EditTerminal`: one attribute of one SIM, chosen by a number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from .. import edits
from .call import SoapCall, iccid_in
from .errors import INVALID_CHANGE_TYPE, INVALID_EDIT, INVALID_RATE_PLAN, SoapFault
from .names import STATE_NAMES

CHANGE_TYPES: Mapping[int, str] = {
    1: "device_id",
    2: "modem_id",
    3: "status",
    4: "rate_plan",
    6: "customer",
    7: "overage_limit_override",
    **{16 + n: f"account{n}" for n in range(1, 4)},
    **{41 + n: f"operator{n}" for n in range(1, 6)},
    **{46 + n: f"customer{n}" for n in range(1, 6)},
    **{69 + n: f"account{n}" for n in range(4, 11)},
}
# What cannot be set to nothing -> code and token of the refusal.
_NEEDED = {
    "status": (INVALID_EDIT, "SIMSTATUS_NULL"),
    "rate_plan": (INVALID_RATE_PLAN, "RATEPLAN_NULL"),
    "overage_limit_override": (INVALID_EDIT, "OVERRIDEMODE_NULL"),
}


def edit(call: SoapCall) -> dict[str, Any]:
    """Accepts a change; when it is in force, a later read shows it."""
    iccid = iccid_in(call.request["iccid"])
    name = CHANGE_TYPES.get(call.request["changeType"])
    if name is None:
        raise SoapFault(INVALID_CHANGE_TYPE)
    effective = call.request.get("effectiveDate")
    wanted = edits.Edit(iccid, {name: _target(call, name)}, effective, call.call_id, call.happens)
    with call.state.store.write() as db:
        edits.perform(call.desk(db), wanted)
    starts = max(effective or call.now, call.now)
    return {"iccid": iccid, "effectiveDate": starts.astimezone(UTC).date()}


def _target(call: SoapCall, name: str) -> str:
    value = call.request.get("targetValue", "")
    if not value and name in _NEEDED:
        raise SoapFault(*_NEEDED[name])
    if name != "status":
        return value
    if value not in STATE_NAMES:
        raise SoapFault(INVALID_EDIT, "SIMSTATUS_INVALID")
    return STATE_NAMES[value]
