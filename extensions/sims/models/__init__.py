"""What carriers said of SIMs, and what SIMs used."""

from extensions.sims.models.changes import StateChange
from extensions.sims.models.findings import ImeiChange, LinkProposal, Reconciliation, SharedIdentifier
from extensions.sims.models.sims import (
    ASKED_ABOUT,
    NEVER,
    CarrierPlans,
    ReceivedSms,
    ReportedSim,
    Sim,
    Synchronisation,
)
from extensions.sims.models.usage import BillingCycle, PlanAllowance, UsageCycle, UsageDay

__all__ = [
    "ASKED_ABOUT",
    "NEVER",
    "BillingCycle",
    "CarrierPlans",
    "ImeiChange",
    "LinkProposal",
    "PlanAllowance",
    "ReceivedSms",
    "Reconciliation",
    "ReportedSim",
    "SharedIdentifier",
    "Sim",
    "StateChange",
    "Synchronisation",
    "UsageCycle",
    "UsageDay",
]
