"""Writes that people ask for: rules, and alerts that somebody has seen to."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from iotdash.audit.services import Source, record
from iotdash.organizations.alerts import conditions, messages, writing
from iotdash.organizations.models import Alert, AlertRule, Membership, Organization

State = AlertRule.State
MOST_RULES = 100
_TARGET = "alert rule"


class Refused(Exception):
    """The message is for people."""


@dataclass(frozen=True)
class Wanted:
    """What a rule is to say; `parameters` and `scope_value` as its condition cleaned them."""

    name: str
    parameters: Mapping[str, Any]
    scope: str
    scope_value: str
    recipients: Sequence[Membership]
    remind_hours: int | None


def add(source: Source, organization: Organization, condition: str, wanted: Wanted) -> AlertRule:
    """Raises Refused."""
    with _named(wanted.name):
        # Of two at once, the second waits and counts the first.
        Organization.objects.select_for_update().get(pk=organization.pk)
        if organization.alert_rules.count() >= MOST_RULES:
            raise Refused(f"An organization has at most {MOST_RULES} alert rules. Delete one that is not needed.")
        by = {"changed_by": source.actor, **_fields(wanted)}
        rule = AlertRule.objects.create(organization=organization, condition=condition, **by)
        rule.recipients.set(wanted.recipients)
        record(source, "alert rule added", _TARGET, rule.name, **_details(rule, wanted))
        _soon(rule)
    return rule


def change(source: Source, rule: AlertRule, wanted: Wanted) -> None:
    """What it told of and does not look for any more is resolved when it is evaluated next. Raises Refused."""
    with _named(wanted.name):
        by = {"changed_by": source.actor, "changed_at": timezone.now(), "version": F("version") + 1}
        AlertRule.objects.filter(pk=rule.pk).update(**_fields(wanted), **by)
        rule.recipients.set(wanted.recipients)
        record(source, "alert rule changed", _TARGET, wanted.name, **_details(rule, wanted))
        _soon(rule)


@transaction.atomic
def set_state(source: Source, rule: AlertRule, state: AlertRule.State) -> bool:
    """Paused, it looks for nothing and its alerts stay as they are; muted, it sends no mail. False when it is so.

    What happened while it was paused is not told.
    """
    now = timezone.now()
    changes = {"state": state, "changed_by": source.actor, "changed_at": now, "version": F("version") + 1}
    rows = AlertRule.objects.filter(pk=rule.pk)
    rows.filter(state=State.PAUSED).exclude(state=state).update(place={}, began_at=now)
    if not rows.exclude(state=state).update(**changes):
        return False
    record(source, f"alert rule {state.value}", _TARGET, rule.name)
    _soon(rule)
    return True


@transaction.atomic
def delete(source: Source, rule: AlertRule) -> None:
    """Its alerts stay in the list, resolved."""
    # Whoever evaluates it now waits, and finds it gone.
    AlertRule.objects.filter(pk=rule.pk).update(version=F("version") + 1, state=State.PAUSED)
    open_ones = Alert.objects.filter(rule=rule, resolved_at=None).values_list("pk", flat=True)
    writing.resolve(dict.fromkeys(open_ones, "The rule was deleted."), source.actor)
    record(source, "alert rule deleted", _TARGET, rule.name)
    AlertRule.objects.filter(pk=rule.pk).delete()


@transaction.atomic
def stop_mail(source: Source, rule: AlertRule, membership: Membership) -> bool:
    """For this member. What is queued for them is withdrawn. False when the rule does not name them."""
    if not rule.recipients.filter(pk=membership.pk).exists():
        return False
    rule.recipients.remove(membership)
    record(source, "alert mail stopped", _TARGET, rule.name, for_member=membership.user.email)
    return True


@transaction.atomic
def resolve_all(source: Source, rule: AlertRule) -> int:
    """Somebody has seen to all that are open; how many those were."""
    open_ones = Alert.objects.filter(rule=rule, resolved_at=None).values_list("pk", flat=True)
    resolved = writing.resolve(dict.fromkeys(open_ones, f"Resolved by {source.actor}."), source.actor)
    if resolved:
        record(source, "alerts resolved", _TARGET, rule.name, alerts=resolved)
    return resolved


@transaction.atomic
def resolve(source: Source, alert: Alert) -> bool:
    """Somebody has seen to it. False when it was resolved already."""
    resolved = writing.resolve({alert.pk: f"Resolved by {source.actor}."}, source.actor)
    if resolved:
        record(source, "alert resolved", "alert", alert.title, rule=alert.rule_name)
    return bool(resolved)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """A transaction in which no other rule of the organization has this name. Raises Refused."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(f"There is an alert rule named “{name}” already.") from error


def _fields(wanted: Wanted) -> dict[str, Any]:
    names = ("name", "parameters", "scope", "scope_value", "remind_hours")
    return {name: getattr(wanted, name) for name in names}


def _details(rule: AlertRule, wanted: Wanted) -> dict[str, Any]:
    """In words: everybody reads the activity log, and a filter may have a subscriber's number in it."""
    said = conditions.in_words(
        AlertRule(organization=rule.organization, condition=rule.condition, **_fields(wanted)),
    )
    details = {"looks_for": said.words, "of_which": said.scope, "reminded_every_hours": wanted.remind_hours}
    told = {name: value for name, value in details.items() if value}
    return told | {"mail_to": [member.user.email for member in wanted.recipients]}


def _soon(rule: AlertRule) -> None:
    now = timezone.now()
    AlertRule.objects.filter(pk=rule.pk).update(next_at=now)
    transaction.on_commit(lambda: messages.send(rule, now))
