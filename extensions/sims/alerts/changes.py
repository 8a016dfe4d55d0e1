"""SIMs whose state or IMEI is another than it was. Changes are noted where records are stored; rules read on there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django import forms
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from extensions.sims.addresses import sim_links
from extensions.sims.alerts.base import NOT_MEANT, OfSims
from extensions.sims.alerts.scoping import check_scope, configs_of, in_scope
from extensions.sims.contract import SimState
from extensions.sims.inventory import typed
from extensions.sims.models import ImeiChange, Sim, StateChange
from iotdash.lib.lists.conditions import opaque
from iotdash.organizations.alerts.conditions import Finding, News
from iotdash.organizations.models import Alert, AlertRule, Organization

Change = StateChange | ImeiChange
# What has a lower number may be committed later, by so much at most: only then is it sure that none is passed over.
SETTLES = timedelta(seconds=20)
_OF_ALERT = ("subject", "baseline", "resolved_by")


class Changed(OfSims):
    """Tells of what was noted since the rule was set, or went back to what it was, by the SIM's row as it is now."""

    by_hand = True
    noted: ClassVar[type[Change]]

    def matching(self, rule: AlertRule, changes: QuerySet) -> QuerySet:
        """Of which changes the rule is."""
        return changes

    def now(self, sim: Sim) -> str:
        """What is compared with what was there before."""
        raise NotImplementedError

    def said(self, before: str, change: Change) -> str:
        raise NotImplementedError

    def news(self, rule: AlertRule, most: int) -> News:
        check_scope(rule)
        place = _Place.of(rule, self.noted)
        batch = list(self._noted(rule, place, most))
        url = sim_links(rule.organization)
        of_sims = self._by_sim(rule, batch)
        told = _baselines(rule, [changes[-1].sim_id for changes in of_sims])
        # One that went back is over, which its row has told already.
        news = (changes for changes in of_sims if told.get(changes[-1].sim_id) != self.now(changes[-1].sim))
        findings = (self._finding(changes, url(changes[-1].sim)) for changes in news)
        more = len(batch) == most
        read_to = batch[-1].pk if more else place.settled
        return News([each for each in findings if each], place.after(read_to), more)

    def over(self, rule: AlertRule, alerts: Sequence[Alert]) -> Mapping[int, str]:
        keys = [int(alert.subject) for alert in alerts]
        sims = {sim.pk: sim for sim in in_scope(rule, configs_of(rule)).filter(pk__in=keys)}
        said = {alert.pk: self._why_over(alert, sims.get(int(alert.subject))) for alert in alerts}
        said |= dict.fromkeys(self._not_looked_for(rule, alerts), "The rule looks for other changes now.")
        return {key: why for key, why in said.items() if why}

    def _noted(self, rule: AlertRule, place: "_Place", most: int) -> QuerySet:
        # In their order, whichever account they are of: what is new is little, and what is older is never read.
        own = Q(config__in=[config.pk for config in configs_of(rule)])
        changes = self.noted.objects.filter(opaque(own), pk__gt=place.read_to, pk__lte=place.settled)
        return self.matching(rule, changes).select_related("sim").order_by("pk")[:most]

    def _by_sim(self, rule: AlertRule, batch: Sequence[Change]) -> list[list[Change]]:
        meant = set(
            in_scope(rule, configs_of(rule)).filter(pk__in={each.sim_id for each in batch}).values_list("pk", flat=True)
        )
        found: dict[int, list[Change]] = {}
        for change in batch:
            if change.sim_id in meant:
                found.setdefault(change.sim_id, []).append(change)
        return list(found.values())

    def _finding(self, changes: Sequence[Change], link: str) -> Finding | None:
        """None for a SIM that is as it was before the first of them."""
        first, last = changes[0], changes[-1]
        if self.now(last.sim) == self.compared(first.before):
            return None
        return Finding(
            subject=str(last.sim_id),
            title=last.sim.subject,
            words=self.said(first.before, last),
            link=link,
            mark=str(last.pk),
            baseline=self.compared(first.before),
        )

    def _not_looked_for(self, rule: AlertRule, alerts: Sequence[Alert]) -> list[int]:
        """Alerts of changes that the rule was about before it was changed itself, as far as those are kept."""
        noted = self.noted.objects.filter(pk__in=[int(alert.mark) for alert in alerts])
        other = set(noted.values_list("pk", flat=True)) - set(self.matching(rule, noted).values_list("pk", flat=True))
        return [alert.pk for alert in alerts if int(alert.mark) in other]

    def compared(self, value: str) -> str:
        return value

    def _why_over(self, alert: Alert, sim: Sim | None) -> str:
        if sim is None:
            return NOT_MEANT
        return "It is again what it was." if self.now(sim) == alert.baseline else ""


class StateChanged(Changed):
    name = "sim-state-changed"
    label = "State changed"
    help_text = (
        "A SIM was seen in another state than before. The alert stays until somebody resolves it, or it is back. "
        "A filter has to match the SIM as it is after the change."
    )
    noted = StateChange

    def fields(self, organization: Organization) -> dict[str, forms.Field]:
        choices = [("", "Any state"), *((state.value, state.value) for state in SimState)]
        return {"state": forms.ChoiceField(label="To", choices=choices, required=False)}

    def words(self, parameters: Mapping[str, Any]) -> str:
        return f"State changed to {parameters['state'] or 'any other'}"

    def matching(self, rule: AlertRule, changes: QuerySet) -> QuerySet:
        state = rule.parameters["state"]
        return changes.filter(after=state) if state else changes

    def now(self, sim: Sim) -> str:
        return sim.state or ""

    def said(self, before: str, change: Change) -> str:
        return f"State changed from {before} to {change.after}."


class ImeiNow(Changed):
    name = "sim-imei-changed"
    label = "IMEI changed"
    help_text = "A SIM was seen in other equipment. The alert stays until somebody resolves it, or the SIM is back."
    noted = ImeiChange

    def words(self, parameters: Mapping[str, Any]) -> str:
        return "IMEI changed"

    def now(self, sim: Sim) -> str:
        return sim.equipment or ""

    def compared(self, value: str) -> str:
        return typed.equipment(value)

    def said(self, before: str, change: Change) -> str:
        return f"IMEI changed from {before} to {change.after}."


def _baselines(rule: AlertRule, sims: Sequence[int]) -> dict[int, str]:
    """What was there before that of which the rule told last, unless somebody has seen to it since."""
    alerts = Alert.objects.filter(rule=rule, subject__in=[str(pk) for pk in sims]).order_by("pk")
    last = {int(subject): (baseline, by) for subject, baseline, by in alerts.values_list(*_OF_ALERT)}
    return {pk: baseline for pk, (baseline, by) in last.items() if not by}


@dataclass(frozen=True)
class _Place:
    """Changes are read up to `read_to`. All up to `settled` are there, and `top` was the newest at `top_at`."""

    read_to: int
    settled: int
    top: int
    top_at: datetime

    @classmethod
    def of(cls, rule: AlertRule, noted: type[Change]) -> Self:
        """Where the rule begins, only what is noted from now on is told."""
        now, kept = timezone.now(), rule.place
        newest = noted.objects.aggregate(newest=Max("pk"))["newest"] or 0
        if not kept:
            return cls(newest, newest, newest, now)
        top, top_at = kept["top"], datetime.fromisoformat(kept["top_at"])
        if now - top_at < SETTLES:
            return cls(kept["read_to"], kept["settled"], top, top_at)
        return cls(kept["read_to"], max(top, kept["settled"]), max(newest, top), now)

    def after(self, read_to: int) -> dict[str, Any]:
        at = self.top_at.isoformat()
        return {"read_to": read_to, "settled": self.settled, "top": self.top, "top_at": at}
