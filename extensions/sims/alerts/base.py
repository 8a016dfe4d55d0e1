"""What conditions share that are true of a SIM for as long as its figures say so."""

from collections.abc import Container, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet

from extensions.core.models import ExtensionConfig
from extensions.sims.addresses import sim_links
from extensions.sims.alerts.scoping import SimScoping, check_scope, configs_of, in_scope
from extensions.sims.models import Sim
from iotdash.lib.lists.conditions import opaque
from iotdash.organizations.alerts.conditions import Finding, News, open_subjects
from iotdash.organizations.models import Alert, AlertRule, Organization

NOT_MEANT = "The SIM is not among those of the rule any more."
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
        check_scope(rule)
        for true in self._true(rule, configs):
            new = true.exclude(pk__in=known) if known else true
            found += new.order_by(*self.order())[: most - len(found)]
        url = sim_links(rule.organization)
        findings = [Finding(str(sim.pk), sim.subject, self.said(rule, sim), url(sim)) for sim in found]
        return News(findings, more=len(found) >= most)

    def over(self, rule: AlertRule, alerts: Sequence[Alert]) -> Mapping[int, str]:
        configs, of_sims = configs_of(rule), {int(alert.subject): alert.pk for alert in alerts}
        over = sorted(of_sims.keys() - self._still_true(rule, configs, list(of_sims)))
        if not over:
            return {}
        meant = set(in_scope(rule, configs).filter(pk__in=over).values_list("pk", flat=True))
        sims = {sim.pk: sim for sim in Sim.objects.filter(pk__in=over).only(*READ)}
        return {of_sims[key]: self._why_over(rule, sims.get(key), meant) for key in over}

    def _why_over(self, rule: AlertRule, sim: Sim | None, meant: Container[int]) -> str:
        if sim is None:
            return "The SIM is not kept any more."
        if sim.missing_since:
            return "The carrier does not know the SIM any more."
        return f"Not true any more. {self.now(rule, sim)}" if sim.pk in meant else NOT_MEANT

    def now(self, rule: AlertRule, sim: Sim) -> str:
        """How it is instead."""
        raise NotImplementedError

    def _true(self, rule: AlertRule, configs: Sequence[ExtensionConfig]) -> list[QuerySet[Sim]]:
        sims = in_scope(rule, configs).filter(missing_since=None).only(*READ)
        return [sims.filter(where, config=config) for config, where in self._asked(rule, configs)]

    def _still_true(self, rule: AlertRule, configs: Sequence[ExtensionConfig], keys: Sequence[int]) -> set[int]:
        """Of a few SIMs by their keys, however many others it is true of."""
        asked = (Q(opaque(where & Q(config=config))) for config, where in self._asked(rule, configs))
        where = reduce(or_, asked, Q(pk__in=[]))
        return set(in_scope(rule, configs).filter(where, pk__in=keys, missing_since=None).values_list("pk", flat=True))

    def _asked(self, rule: AlertRule, configs: Sequence[ExtensionConfig]) -> list[tuple[ExtensionConfig, Q]]:
        asked = ((config, self.where(rule, config)) for config in configs)
        return [(config, where) for config, where in asked if where is not None]


def parameter(rule: AlertRule, name: str) -> Any:
    return rule.parameters[name]
