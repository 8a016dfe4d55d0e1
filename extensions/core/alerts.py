"""Looks for extension configurations that wait for a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse

from extensions.core import queries, registry
from extensions.core.models import ExtensionConfig, Health
from iotdash.organizations.alerts.conditions import Finding, News, open_subjects
from iotdash.organizations.models import Alert, AlertRule, Organization

_WAITING = Q(health=Health.NEEDS_ATTENTION) | Q(unreadable_at__isnull=False)


class ConfigurationNeedsAttention:
    name = "configuration-needs-attention"
    label = "Configuration needs attention"
    subjects = "extension configurations"
    help_text = "The service refused the credentials, or they cannot be read: nothing goes on before somebody acts."
    by_hand = False
    scoping = None

    def fields(self, organization: Organization) -> dict[str, forms.Field]:
        return {}

    def words(self, parameters: Mapping[str, Any]) -> str:
        return "An extension configuration needs attention"

    def news(self, rule: AlertRule, most: int) -> News:
        known = {int(subject) for subject in open_subjects(rule).values_list("subject", flat=True)}
        found = list(_waiting(rule).exclude(pk__in=known)[:most])
        return News([_finding(config, rule) for config in found], more=len(found) == most)

    def over(self, rule: AlertRule, alerts: Sequence[Alert]) -> Mapping[int, str]:
        keys = [int(alert.subject) for alert in alerts]
        waiting = set(_waiting(rule).filter(pk__in=keys).values_list("pk", flat=True))
        present = {config.pk: config for config in queries.configurations(rule.organization).filter(pk__in=keys)}
        return {
            alert.pk: _why_over(present.get(int(alert.subject)))
            for alert in alerts
            if int(alert.subject) not in waiting
        }


def _waiting(rule: AlertRule) -> QuerySet[ExtensionConfig]:
    """Those that somebody paused wait for nobody else."""
    return queries.configurations(rule.organization).filter(_WAITING, paused_at=None)


def _finding(config: ExtensionConfig, rule: AlertRule) -> Finding:
    reason = config.unreadable_reason if config.state == Health.UNREADABLE else config.health_reason
    return Finding(
        subject=str(config.pk),
        title=f"{registry.manifest(config.slug).name}: {config.name}",
        words=f"{config.state.label}. {reason}".strip(),
        link=reverse("extensions:configuration", args=[rule.organization.public_id, config.pk]),
    )


def _why_over(config: ExtensionConfig | None) -> str:
    return f"It is {config.state.label.lower()} now." if config else "The configuration was removed."
