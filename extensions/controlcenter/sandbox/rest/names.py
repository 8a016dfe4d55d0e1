"""Field names of the REST transport beside the state's own."""

from __future__ import annotations

import re

from ..model import CUSTOM_KEYS

_CUSTOM = re.compile(r"(account|operator|customer)(\d+)")


def custom_name(key: str) -> str:
    """`account1` -> `accountCustom1`."""
    return _CUSTOM.sub(r"\1Custom\2", key)


CUSTOMS = {custom_name(key): key for key in CUSTOM_KEYS}
EDITABLE = {
    "status": "status",
    "ratePlan": "rate_plan",
    "communicationPlan": "communication_plan",
    "customer": "customer",
    "deviceID": "device_id",
    "modemID": "modem_id",
    "overageLimitOverride": "overage_limit_override",
    "fixedIPAddress": "fixed_ip_address",
    "fixedIpv6Address": "fixed_ipv6_address",
    **CUSTOMS,
}
AUDIT_NAMES = {
    **{key: name for name, key in EDITABLE.items()},
    "status": "SIM Status",
    "rate_plan": "Rate Plan",
    "communication_plan": "Communication Plan",
    "customer": "Customer",
    "device_id": "Device ID",
    "modem_id": "Modem ID",
    "overage_limit_override": "Overage Limit Override",
}
