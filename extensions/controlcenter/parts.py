"""What the manifests of all carriers on Control Center have in common."""

from typing import Any

from extensions.controlcenter import iccid, settings
from extensions.controlcenter.diagnostics import WIRE
from extensions.controlcenter.provider import ControlCenter
from extensions.controlcenter.push import INBOUND
from extensions.controlcenter.rehearsal import EAST, Rehearsal
from extensions.core.contract import LanePolicy


def manifest_parts(rest_host: str, rehearsal: Rehearsal = EAST) -> dict[str, Any]:
    """Keyword arguments of a `Manifest`.

    `rest_host` is the carrier's host, shown as an example; `rehearsal` says which account it has in the sandbox.
    """
    return {
        "category": "SIM management",
        "capability": "sims",
        "provider": ControlCenter(),
        # Control Center measures five calls within one second, over all users of an account.
        "lane": LanePolicy(per_second=5),
        "settings_schema": settings.settings_schema(rest_host),
        "settings_problems": settings.settings_problems,
        "settings_warnings": settings.settings_warnings,
        "account_key": settings.account_key,
        "endpoint": settings.endpoint,
        "derived": settings.derived,
        "device_schema": iccid.DEVICE_SCHEMA,
        "device_problems": iccid.device_problems,
        "subject_field": iccid.FIELD,
        "warnings": iccid.device_warnings,
        "inbound": INBOUND,
        "wire": WIRE,
        "sandbox": rehearsal.offer,
        "demo": rehearsal.demo,
    }
