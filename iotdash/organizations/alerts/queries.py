"""Reads of alerts and rules, always of one organization."""

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from iotdash.lib.lists import COUNT_LIMIT
from iotdash.organizations.models import Alert, AlertRule, Organization


def alerts(organization: Organization, *, rule: str = "", search: str = "", resolved: bool = False) -> QuerySet[Alert]:
    """`search`: the beginning of the title; `rule`: a primary key. "" does not count."""
    found = Alert.objects.filter(organization=organization, resolved_at__isnull=not resolved)
    if rule:
        found = found.filter(rule=rule)
    return found.filter(title__istartswith=search) if search else found


def alert(organization: Organization, alert_id: int) -> Alert:
    """Raises Alert.DoesNotExist."""
    return Alert.objects.select_related("rule").get(organization=organization, pk=alert_id)


def rule(organization: Organization, rule_id: int) -> AlertRule:
    """Raises AlertRule.DoesNotExist."""
    return organization.alert_rules.select_related("organization").get(pk=rule_id)


def rules(organization: Organization) -> QuerySet[AlertRule]:
    """By name, each with `open_alerts`; at most as many as an organization may have."""
    return organization.alert_rules.annotate(open_alerts=_counted(rule=OuterRef("pk"))).order_by("name")


def open_alerts(organization: OuterRef) -> Coalesce:
    """Their number, to be annotated where organizations are read anyway: it stands on every page."""
    return _counted(organization=organization)


def _counted(**of: OuterRef) -> Coalesce:
    """By an index that has the open ones only: a year of resolved ones costs nothing."""
    (name,) = of
    ones = Alert.objects.filter(resolved_at=None, **of).order_by()
    counted = ones.values(name).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def shown_number(count: int) -> str:
    """As the bell shows it."""
    return f"{count:,}" if count < COUNT_LIMIT else f"{COUNT_LIMIT:,}+"
