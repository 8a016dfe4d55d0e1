"""What a SIM carrier's provider fulfils: normalised records out, inventory, five operations in."""

from extensions.sims.contract.provider import SimProvider
from extensions.sims.contract.records import (
    EVERY_PART,
    FIELDS_OF,
    OVERAGE_OVERRIDES,
    USUAL_FIELDS,
    Accepted,
    Cursor,
    LocationStatus,
    Pace,
    Page,
    Part,
    PlanList,
    SimRecord,
    SimState,
    SmsReply,
    SmsReport,
    SmsState,
    UsageRecord,
)
from extensions.sims.contract.reports import About, SimReport, payload_of, report_of

__all__ = [
    "EVERY_PART",
    "FIELDS_OF",
    "OVERAGE_OVERRIDES",
    "USUAL_FIELDS",
    "About",
    "Accepted",
    "Cursor",
    "LocationStatus",
    "Pace",
    "Page",
    "Part",
    "PlanList",
    "SimProvider",
    "SimRecord",
    "SimReport",
    "SimState",
    "SmsReply",
    "SmsReport",
    "SmsState",
    "UsageRecord",
    "payload_of",
    "report_of",
]
