"""The messages that make a worker evaluate a rule. The row says when; a lost message is sent again by the sweep."""

from datetime import datetime

from django.utils import timezone

from iotdash.lib import broker
from iotdash.organizations.models import AlertRule


def send(rule: AlertRule, at: datetime) -> None:
    """Has the rule looked at then; what is not due now is left to the sweep."""
    AlertRule.objects.filter(pk=rule.pk).update(next_at=at)
    if at <= timezone.now():
        _send(rule.pk, at)


def send_due() -> None:
    """Due-finder."""
    due = AlertRule.objects.exclude(state=AlertRule.State.PAUSED).filter(next_at__lte=timezone.now())
    for rule_id, at in due.values_list("pk", "next_at"):
        _send(rule_id, at)


def _send(rule_id: int, at: datetime) -> None:
    from iotdash.organizations.tasks import evaluate_alert_rule

    broker.send(evaluate_alert_rule, rule_id, at.isoformat())
