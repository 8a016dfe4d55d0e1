"""What is kept of what the reads on a SIM answer."""

from collections.abc import Mapping
from typing import Any

from extensions.core.contract import Known, NotFound
from extensions.core.targets import Target
from extensions.sims import operations, results
from extensions.sims.models import CarrierPlans, Sim, UsageCycle


def answer(target: Target, operation_id: str, parameters: Mapping[str, Any]) -> Known | None:
    """Raises NotFound while the carrier does not know the SIM."""
    return _KNOWN[operations.kind_of(target.manifest.provider, operation_id)](target, parameters)


def _overview(target: Target, parameters: Mapping[str, Any]) -> Known | None:
    sim = Sim.objects.filter(config=target.config, subject=target.subject).first()
    if sim is not None and sim.missing_since:
        raise NotFound(f"{target.manifest.name} does not know the SIM {target.subject}.")
    if sim is None or sim.fetched_at is None:
        return None
    return Known(results.overview(target.manifest.provider, sim), sim.fetched_at)


def _usage(target: Target, parameters: Mapping[str, Any]) -> Known | None:
    cycles = UsageCycle.objects.filter(sim__config=target.config, sim__subject=target.subject)
    if start := parameters.get("cycleStartDate"):
        cycles = cycles.filter(cycle_start=start)
    newest = cycles.order_by("-cycle_start").first()
    return newest and Known(results.usage(newest), newest.fetched_at)


def _plans(target: Target, parameters: Mapping[str, Any]) -> Known | None:
    plans = CarrierPlans.objects.filter(config=target.config).first()
    return plans and Known(results.plans(plans.names, plans.why_not), plans.listed_at)


_KNOWN = {operations.OVERVIEW: _overview, operations.USAGE: _usage, operations.RATE_PLANS: _plans}
