"""Alerts as rows: raised, told anew, resolved, each with an entry in its history. Called in a transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from iotdash.lib.texts import storable
from iotdash.organizations.alerts.conditions import Finding
from iotdash.organizations.models import Alert, AlertEvent, AlertRule

What = AlertEvent.What
_LENGTHS = {field.name: field.max_length for field in Alert._meta.concrete_fields if field.max_length}


def raise_or_change(rule: AlertRule, findings: Sequence[Finding]) -> None:
    """One open alert for each subject, and nothing for an occurrence that was told of before."""
    now, told = timezone.now(), _told_of(rule, findings)
    news = [each for each in findings if not each.mark or (each.subject, each.mark) not in told]
    there = {alert.subject: alert for alert in _open(rule, news)}
    new = [_alert(rule, each, now) for each in news if each.subject not in there]
    again = [_again(there[each.subject], each, now) for each in news if each.mark and each.subject in there]
    Alert.objects.bulk_create(new)
    Alert.objects.bulk_update(again, ["title", "words", "link", "mark", "changed_at"])
    _note(new, What.RAISED, now)
    _note(again, What.CHANGED, now)


def resolve(over: Mapping[int, str], actor: str = "") -> int:
    """By primary key, with why. How many were still open."""
    now = timezone.now()
    alerts = list(Alert.objects.select_for_update().filter(pk__in=over, resolved_at=None).order_by("pk"))
    for alert in alerts:
        alert.resolved_at, alert.resolved_by = now, actor
        alert.resolution = fitting("resolution", over[alert.pk])
    Alert.objects.bulk_update(alerts, ["resolved_at", "resolved_by", "resolution"])
    _note(alerts, What.RESOLVED, now, actor)
    return len(alerts)


def fitting(field: str, text: str) -> str:
    """Cut to the row's length, and without what no database takes."""
    return storable(text)[: _LENGTHS[field]]


def _told_of(rule: AlertRule, findings: Sequence[Finding]) -> set[tuple[str, str]]:
    marked = {each.subject: each.mark for each in findings if each.mark}
    alerts = Alert.objects.filter(rule=rule, subject__in=marked, mark__in=set(marked.values()))
    return set(alerts.values_list("subject", "mark"))


def _open(rule: AlertRule, findings: Sequence[Finding]) -> list[Alert]:
    subjects = [each.subject for each in findings]
    return list(Alert.objects.select_for_update().filter(rule=rule, subject__in=subjects, resolved_at=None))


def _alert(rule: AlertRule, found: Finding, now: datetime) -> Alert:
    return Alert(
        organization_id=rule.organization_id,
        rule=rule,
        rule_name=rule.name,
        condition=rule.condition,
        subject=found.subject,
        baseline=fitting("baseline", found.baseline),
        raised_at=now,
        changed_at=now,
        **_told(found),
    )


def _again(alert: Alert, found: Finding, now: datetime) -> Alert:
    alert.changed_at = now
    for name, value in _told(found).items():
        setattr(alert, name, value)
    return alert


def _told(found: Finding) -> dict[str, str]:
    return {name: fitting(name, getattr(found, name)) for name in ("title", "words", "link", "mark")}


def _note(alerts: Sequence[Alert], what: AlertEvent.What, now: datetime, actor: str = "") -> None:
    events = [
        AlertEvent(
            alert=alert,
            rule_id=alert.rule_id,
            what=what,
            at=now,
            actor=actor,
            words=alert.resolution if what == What.RESOLVED else alert.words,
        )
        for alert in alerts
    ]
    AlertEvent.objects.bulk_create(events)
