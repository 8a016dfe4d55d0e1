"""What conditions share that are true of a SIM for as long as its figures say so."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet

from extensions.core.models import ExtensionConfig
from extensions.sims.addresses import sim_links
from extensions.sims.alerts.scoping import SimScoping, configs_of, in_scope
from extensions.sims.models import Sim
from iotdash.organizations.alerts.conditions import Finding, News, open_subjects
from iotdash.organizations.models import Alert, AlertRule, Organization

READ = ("subject", "state", "rate_plan", "ctd_data_bytes", "unused_days", "usage_at", "missing_since", "config_id")


class OfSims:
    """A condition on SIMs. Its subjects are their primary keys: a number may be another SIM's at another account."""

    subjects: ClassVar = "SIMs"
    by_hand: ClassVar = False
    scoping: ClassVar = SimScoping()

    def fields(self, organization: Organization) -> dict[str, forms.Field]:
        return {}


class WhileTrue(OfSims):
    """`where` is asked by an index of its own, account by account; `said` is what is told of one that it found."""

    def where(self, rule: AlertRule, config: ExtensionConfig) -> Q | None:
        """None where no SIM of the account can be meant."""
        raise NotImplementedError

    def order(self) -> Sequence[str]:
        """In which the index has them."""
        raise NotImplementedError

    def said(self, rule: AlertRule, sim: Sim) -> str:
        raise NotImplementedError

    def news(self, rule: AlertRule, most: int) -> News:
        # Few, and read once: a subquery would compare numbers with texts, row by row.
        known = [int(subject) for subject in open_subjects(rule).values_list("subject", flat=True)]
        configs, found = configs_of(rule), list[Sim]()
        for true in self._true(rule, configs):
            new = true.exclude(pk__in=known) if known else true
            found += new.order_by(*self.order())[: most - len(found)]
        url = sim_links(rule.organization)
        findings = [Finding(str(sim.pk), sim.subject, self.said(rule, sim), url(sim)) for sim in found]
        return News(findings, more=len(found) >= most)

    def over(self, rule: AlertRule, alerts: Sequence[Alert]) -> Mapping[int, str]:
        configs, keys = configs_of(rule), [int(alert.subject) for alert in alerts]
        true = {sim.pk for each in self._true(rule, configs) for sim in each.filter(pk__in=keys)}
        sims = {sim.pk: sim for sim in Sim.objects.filter(pk__in=keys).only(*READ)}
        return {
            alert.pk: self.why_over(rule, sims.get(int(alert.subject)))
            for alert in alerts
            if int(alert.subject) not in true
        }

    def why_over(self, rule: AlertRule, sim: Sim | None) -> str:
        if sim is None:
            return "The SIM is not kept any more."
        if sim.missing_since:
            return "The carrier does not know the SIM any more."
        return f"Not true any more: {self.now(sim)}"

    def now(self, sim: Sim) -> str:
        """How it is instead."""
        raise NotImplementedError

    def _true(self, rule: AlertRule, configs: Sequence[ExtensionConfig]) -> list[QuerySet[Sim]]:
        sims = in_scope(rule, configs).filter(missing_since=None).only(*READ)
        asked = ((config, self.where(rule, config)) for config in configs)
        return [sims.filter(where, config=config) for config, where in asked if where is not None]


def parameter(rule: AlertRule, name: str) -> Any:
    return rule.parameters[name]
