"""SIMs that used too much data, or nothing. What is unknown is neither."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q

from extensions.core.models import ExtensionConfig
from extensions.sims.alerts.base import WhileTrue
from extensions.sims.contract import SimState
from extensions.sims.models import PlanAllowance, Sim
from extensions.sims.units import BYTES_PER_MB, megabytes, typed_megabytes
from iotdash.lib.lists.conditions import opaque
from iotdash.organizations.models import AlertRule, Organization

_BY_USAGE = ("config", "ctd_data_bytes", "subject", "pk")
# More than a SIM can use in a cycle, and it fits into a row.
MOST_MEGABYTES = 1_000_000_000
MOST_PERCENT, MOST_DAYS = 1_000, 365


class DataOver(WhileTrue):
    name = "sim-data-over"
    label = "Data over a value"
    help_text = "A SIM used more data in its billing cycle so far than you say here."

    def fields(self, organization: Organization) -> dict[str, forms.Field]:
        return {"megabytes": forms.FloatField(label="More than (MB)", min_value=0, max_value=MOST_MEGABYTES)}

    def words(self, parameters: Mapping[str, Any]) -> str:
        return f"More than {typed_megabytes(_bytes(parameters))} MB used in the cycle so far"

    def where(self, rule: AlertRule, config: ExtensionConfig) -> Q:
        return Q(ctd_data_bytes__gt=_bytes(rule.parameters))

    def order(self) -> Sequence[str]:
        return _BY_USAGE

    def said(self, rule: AlertRule, sim: Sim) -> str:
        return f"{_used(sim)}. The rule is about more than {typed_megabytes(_bytes(rule.parameters))} MB."

    def now(self, rule: AlertRule, sim: Sim) -> str:
        return self.said(rule, sim)


class ShareOver(WhileTrue):
    name = "sim-share-over"
    label = "Data over a share of the allowance"
    help_text = "A SIM used more of what its rate plan includes than you say here. Allowances are typed per plan."

    def fields(self, organization: Organization) -> dict[str, forms.Field]:
        percent = forms.IntegerField(label="More than (% of the allowance)", min_value=1, max_value=MOST_PERCENT)
        return {"percent": percent}

    def words(self, parameters: Mapping[str, Any]) -> str:
        return f"More than {parameters['percent']:,} % of the allowance used in the cycle so far"

    def where(self, rule: AlertRule, config: ExtensionConfig) -> Q | None:
        """By the least of the limits, which an index answers; then each SIM by that of its own plan."""
        limits = {plan: _limit(rule, included) for plan, included in _allowances(config).items()}
        if not limits:
            return None
        own = Q()
        for plan, limit in limits.items():
            own |= Q(rate_plan=plan, ctd_data_bytes__gt=limit)
        return Q(ctd_data_bytes__gt=min(limits.values())) & Q(opaque(own))

    def order(self) -> Sequence[str]:
        return _BY_USAGE

    def said(self, rule: AlertRule, sim: Sim) -> str:
        return f"{_used(sim)}. That is over {rule.parameters['percent']:,} % of what “{sim.rate_plan}” includes."

    def now(self, rule: AlertRule, sim: Sim) -> str:
        plan = f"of what is typed for “{sim.rate_plan}”" if sim.rate_plan else "of its plan, which is not known"
        return f"{_used(sim)}. That is not over {rule.parameters['percent']:,} % {plan}."


class Unused(WhileTrue):
    name = "sim-unused"
    label = "No usage for some days"
    help_text = "An active SIM used nothing for so many days. A SIM whose usage is not known raises no alert."

    def fields(self, organization: Organization) -> dict[str, forms.Field]:
        return {"days": forms.IntegerField(label="Days without usage", min_value=1, max_value=MOST_DAYS)}

    def words(self, parameters: Mapping[str, Any]) -> str:
        return f"Active, and nothing used for {parameters['days']} days or more"

    def where(self, rule: AlertRule, config: ExtensionConfig) -> Q:
        return Q(state=SimState.ACTIVATED.value, unused_days__gte=rule.parameters["days"])

    def order(self) -> Sequence[str]:
        return ("config", "state", "unused_days", "subject", "pk")

    def said(self, rule: AlertRule, sim: Sim) -> str:
        seen = f"{sim.usage_at:%Y-%m-%d} UTC" if sim.usage_at else "the last look"
        return f"Active, and nothing used for {sim.unused_days} days until {seen}."

    def now(self, rule: AlertRule, sim: Sim) -> str:
        if sim.state != SimState.ACTIVATED:
            return f"Its state is {sim.state or 'unknown'}."
        return "It was used." if sim.unused_days is not None else "It is not known whether it was used."


def _bytes(parameters: Mapping[str, Any]) -> int:
    return round(parameters["megabytes"] * BYTES_PER_MB)


def _used(sim: Sim) -> str:
    """With the time at which that was so: a carrier may not have told since."""
    if sim.ctd_data_bytes is None:
        return "What it used is not known"
    told_at = f", as of {sim.usage_at:%Y-%m-%d %H:%M} UTC" if sim.usage_at else ""
    return f"{megabytes(sim.ctd_data_bytes)} MB used in its cycle so far{told_at}"


def _allowances(config: ExtensionConfig) -> dict[str, int]:
    return dict(PlanAllowance.objects.filter(config=config).values_list("rate_plan", "data_bytes"))


def _limit(rule: AlertRule, included: int) -> int:
    return included * rule.parameters["percent"] // 100
