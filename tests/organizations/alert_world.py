"""A condition of which a test says what is true, and shorthands for rules, evaluation and mail."""

from collections.abc import Mapping, Sequence

import pytest
from django import forms

from iotdash.organizations.alerts import composing, conditions, evaluating, messages, services
from iotdash.organizations.alerts.conditions import Finding, News
from iotdash.organizations.alerts.services import Wanted
from iotdash.organizations.models import Alert, AlertRule, Membership, Organization
from iotdash.runtime.models import OutboxMail


class Tanks:
    """Says of each tank in `full` what `full` says; `marks` for those of which single occurrences are told."""

    name, label, subjects = "tank-full", "Tank full", "tanks"
    help_text = "A tank is full."
    by_hand, scoping = False, None

    def __init__(self) -> None:
        self.full: dict[str, str] = {}
        self.marks: dict[str, str] = {}
        self.asked = 0

    def fields(self, organization: Organization) -> dict[str, forms.Field]:
        return {"litres": forms.IntegerField(min_value=1)}

    def words(self, parameters: Mapping) -> str:
        return f"More than {parameters.get('litres', 1)} litres"

    def news(self, rule: AlertRule, most: int) -> News:
        self.asked += 1
        known = set(conditions.open_subjects(rule).values_list("subject", flat=True))
        news = [self._found(name) for name in self.full if name in self.marks or name not in known][:most]
        return News(news, more=len(news) == most)

    def over(self, rule: AlertRule, alerts: Sequence[Alert]) -> Mapping[int, str]:
        return {alert.pk: "It is empty." for alert in alerts if alert.subject not in self.full}

    def _found(self, name: str) -> Finding:
        return Finding(name, f"Tank {name}", self.full[name], f"/tanks/{name}/", mark=self.marks.get(name, ""))


@pytest.fixture
def tanks(monkeypatch) -> Tanks:
    made_up = Tanks()
    monkeypatch.setitem(conditions._conditions, made_up.name, made_up)
    monkeypatch.setattr(messages, "_send", lambda rule_id, at: None)
    return made_up


def wanted(name: str = "Full tanks", *recipients: Membership, remind: int | None = None) -> Wanted:
    return Wanted(name, {"litres": 5}, "all", "", recipients, remind)


@pytest.fixture
def rule(tanks, transport, source, membership) -> AlertRule:
    """Which tells the owner by mail, and reminds every four hours."""
    return services.add(source, membership.organization, tanks.name, wanted("Full tanks", membership, remind=4))


def evaluate(rule: AlertRule) -> AlertRule:
    evaluating.run(rule.pk)
    return AlertRule.objects.select_related("organization").get(pk=rule.pk)


def alerts(*, resolved: bool = False) -> list[str]:
    return sorted(Alert.objects.filter(resolved_at__isnull=not resolved).values_list("title", flat=True))


def mail_texts() -> list[str]:
    """Of all that was queued, as it would go out now; "" for what nobody wants any more."""
    mails = OutboxMail.objects.filter(kind="alert").order_by("pk")
    composed = (composing.compose(mail) for mail in mails)
    return [message.text if message else "" for message in composed]
