"""Telling members by mail what happened to the alerts of a rule: once, together, and again after a chosen time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from iotdash.organizations.models import Alert, AlertEvent, AlertNotice, AlertRule, Membership
from iotdash.runtime import outbox
from iotdash.runtime.models import OutboxMail

KIND = "alert"
# What happens within this time of the last mail is told in the next one: nobody is sent a hundred in an hour.
APART = timedelta(minutes=10)
LINES = 20
_REMINDED = AlertEvent.What.REMINDED


def tell(rule: AlertRule) -> None:
    """In the transaction that evaluated the rule: what is marked as told has its mail queued, and the other way round.

    What there is to tell while nobody gets mail of it, as the rule is muted, is told to nobody, later neither.
    """
    now = timezone.now()
    untold, due = AlertEvent.objects.filter(rule=rule, told=False), _due(rule, now)
    if not due and not untold.exists():
        return
    members = _members(rule)
    if members and (_told_just_now(rule, now) or _waits(rule)):
        return
    if members:
        _notify(rule, members, untold, due, now)
        _note_reminded(due, now)
    untold.update(told=True)


def _members(rule: AlertRule) -> list[Membership]:
    """Who gets mail of the rule at present."""
    if rule.state == AlertRule.State.MUTED or not outbox.availability(rule.organization.public_id).offered:
        return []
    return [each for each in rule.recipients.select_related("user").order_by("pk") if each.state == "active"]


def _told_just_now(rule: AlertRule, now: datetime) -> bool:
    return bool(rule.mailed_at and now < rule.mailed_at + APART)


def _waits(rule: AlertRule) -> bool:
    """Whether the last mail of the rule waits for its service: what happens meanwhile is told in one after it."""
    last = AlertNotice.objects.filter(rule=rule).order_by("-pk").values_list("pk", flat=True).first()
    waiting = OutboxMail.objects.filter(organization=rule.organization.public_id, settled_at=None, kind=KIND)
    return waiting.filter(state=OutboxMail.State.WAITING, reference__startswith=f"{last}/").exists()


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


def _notify(
    rule: AlertRule, members: Iterable[Membership], untold: QuerySet[AlertEvent], due: Sequence[Alert], now: datetime
) -> None:
    events = untold.select_related("alert").order_by("pk")
    counts = Counter(untold.values_list("what", flat=True)) + Counter({_REMINDED.value: len(due)})
    lines = [line for what in AlertEvent.What if what != _REMINDED for line in _lines(events.filter(what=what)[:LINES])]
    lines += [_line(_REMINDED.value, alert, alert.words) for alert in due[:LINES]]
    notice = AlertNotice.objects.create(rule=rule, at=now, counts=+counts, lines=lines)
    AlertRule.objects.filter(pk=rule.pk).update(mailed_at=now)
    for member in members:
        outbox.queue(rule.organization.public_id, KIND, f"{notice.pk}/{member.pk}")


def _lines(events: Iterable[AlertEvent]) -> list[dict[str, Any]]:
    return [_line(event.what, event.alert, event.words) for event in events]


def _line(what: str, alert: Alert, words: str) -> dict[str, Any]:
    return {"what": what, "title": alert.title, "words": words}


def _note_reminded(due: Sequence[Alert], now: datetime) -> None:
    keys = [alert.pk for alert in due]
    Alert.objects.filter(pk__in=keys).update(reminded_at=now, reminders=F("reminders") + 1)
    AlertEvent.objects.bulk_create(AlertEvent(alert=alert, what=_REMINDED, at=now, told=True) for alert in due)
