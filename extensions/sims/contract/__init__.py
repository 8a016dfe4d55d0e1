"""What a SIM carrier's provider fulfils: normalised records out, inventory, five operations in."""

from extensions.sims.contract.provider import SimProvider
from extensions.sims.contract.records import (
    EVERY_PART,
    FIELDS_OF,
    OVERAGE_OVERRIDES,
    Accepted,
    Cursor,
    Page,
    Part,
    PlanList,
    SimRecord,
    SimState,
    SmsReport,
    SmsState,
    UsageRecord,
)

__all__ = [
    "EVERY_PART",
    "FIELDS_OF",
    "OVERAGE_OVERRIDES",
    "Accepted",
    "Cursor",
    "Page",
    "Part",
    "PlanList",
    "SimProvider",
    "SimRecord",
    "SimState",
    "SmsReport",
    "SmsState",
    "UsageRecord",
]
