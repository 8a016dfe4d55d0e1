"""What a SIM carrier's provider fulfils: normalised records out, five operations in."""

from extensions.sims.contract.provider import SimProvider
from extensions.sims.contract.records import (
    OVERAGE_OVERRIDES,
    Accepted,
    PlanList,
    SimRecord,
    SimState,
    SmsReport,
    SmsState,
    UsageRecord,
)

__all__ = [
    "OVERAGE_OVERRIDES",
    "Accepted",
    "PlanList",
    "SimProvider",
    "SimRecord",
    "SimState",
    "SmsReport",
    "SmsState",
    "UsageRecord",
]
