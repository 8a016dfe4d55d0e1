"""Telling members by mail what happened to the alerts of a rule: once, together, and again after a chosen time."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from iotdash.organizations.models import Alert, AlertEvent, AlertNotice, AlertRule
from iotdash.runtime import outbox

KIND = "alert"
# What happens within this time of the last mail is told in the next one: nobody is sent a hundred in an hour.
APART = timedelta(minutes=10)
LINES = 20
_REMINDED = AlertEvent.What.REMINDED


def tell(rule: AlertRule) -> None:
    """In the transaction that evaluated the rule: what is marked as told has its mail queued, and the other way round.

    What a muted rule would tell is told to nobody, later neither.
    """
    now = timezone.now()
    muted = rule.state == AlertRule.State.MUTED
    if not muted and rule.mailed_at and now < rule.mailed_at + APART:
        return
    untold = AlertEvent.objects.filter(rule=rule, told=False)
    due = _due(rule, now)
    told = untold.count() + len(due)
    if told and not muted:
        _notify(rule, untold, due, now)
    if told:
        _remember(untold, due, now, muted=muted)


def _due(rule: AlertRule, now: datetime) -> list[Alert]:
    """All that are open, once one of them was not spoken of for so long as was chosen."""
    if not rule.remind_hours:
        return []
    before = now - timedelta(hours=rule.remind_hours)
    open_ones = Alert.objects.filter(rule=rule, resolved_at=None)
    silent = Q(reminded_at=None, changed_at__lte=before) | Q(reminded_at__lte=before, changed_at__lte=before)
    # Of what is new it is told anyway.
    known = open_ones.exclude(events__told=False).order_by("raised_at", "pk")
    return list(known) if open_ones.filter(silent).exists() else []


def _notify(rule: AlertRule, untold: QuerySet[AlertEvent], due: Iterable[Alert], now: datetime) -> None:
    members = [each for each in rule.recipients.select_related("user").order_by("pk") if each.state == "active"]
    if not members:
        return
    events = untold.select_related("alert").order_by("pk")
    counts = Counter(untold.values_list("what", flat=True)) + Counter({_REMINDED.value: len(list(due))})
    lines = [line for what in AlertEvent.What if what != _REMINDED for line in _lines(events.filter(what=what)[:LINES])]
    lines += [_line(_REMINDED.value, alert, alert.words) for alert in list(due)[:LINES]]
    notice = AlertNotice.objects.create(rule=rule, at=now, counts=+counts, lines=lines)
    AlertRule.objects.filter(pk=rule.pk).update(mailed_at=now)
    for member in members:
        outbox.queue(rule.organization.public_id, KIND, f"{notice.pk}/{member.pk}")


def _lines(events: Iterable[AlertEvent]) -> list[dict[str, Any]]:
    return [_line(event.what, event.alert, event.words) for event in events]


def _line(what: str, alert: Alert, words: str) -> dict[str, Any]:
    return {"what": what, "title": alert.title, "words": words}


def _remember(untold: QuerySet[AlertEvent], due: list[Alert], now: datetime, *, muted: bool) -> None:
    untold.update(told=True)
    keys = [alert.pk for alert in due]
    if muted or not keys:
        return
    Alert.objects.filter(pk__in=keys).update(reminded_at=now, reminders=F("reminders") + 1)
    AlertEvent.objects.bulk_create(AlertEvent(alert=alert, what=_REMINDED, at=now, told=True) for alert in due)
