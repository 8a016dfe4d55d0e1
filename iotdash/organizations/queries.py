"""Reads: whose organizations, who is in one, and what happened there."""

import datetime as dt

from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest

from iotdash.accounts.models import User
from iotdash.audit.models import ActivityEntry
from iotdash.organizations.alerts.queries import open_alerts
from iotdash.organizations.authorization import may
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import MANAGE_INVITATIONS, MANAGE_KEYS, MANAGE_MEMBERS

LAST_ORGANIZATION = "last_organization"
# Who was invited, blocked or removed, and which programs have keys, is told by no other page to those who do not manage
# it, nor by the activity.
TOLD_TO_MANAGERS = {
    "invitation": MANAGE_INVITATIONS,
    "import": MANAGE_INVITATIONS,
    "member": MANAGE_MEMBERS,
    "API key": MANAGE_KEYS,
}


def memberships_of(user: User) -> list[Membership]:
    """A person's active memberships with their organizations and `open_alerts` of those, by name; one query."""
    memberships = _with_alerts(user.memberships.active())
    return list(memberships.order_by("organization__name", "organization__public_id"))


def closed_memberships_of(user: User) -> list[Membership]:
    """Those that let the person in no longer: blocked or expired."""
    active = user.memberships.active()
    closed = _with_alerts(user.memberships.exclude(pk__in=active.values("pk"))).select_related("user")
    return list(closed.order_by("organization__name", "organization__public_id"))


def membership_in(user: User, organization: str) -> Membership | None:
    """A person's membership of the organization with this public id, active or not."""
    return user.memberships.select_related("organization").filter(organization__public_id=organization).first()


def _with_alerts(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    counted = open_alerts(OuterRef("organization_id"))
    return memberships.select_related("organization").annotate(open_alerts=counted)


def current_membership(request: HttpRequest, memberships: list[Membership]) -> Membership | None:
    """The one of the last used organization, else the first; None for a person who belongs nowhere."""
    last = request.session.get(LAST_ORGANIZATION)
    used = (each for each in memberships if each.organization.public_id == last)
    return next(used, memberships[0] if memberships else None)


def activity(
    reader: Membership,
    *,
    target_prefix: str = "",
    since: dt.datetime | None = None,
    before: dt.datetime | None = None,
    **exact: str,
) -> QuerySet[ActivityEntry]:
    """Entries of the organization that this member may read.

    `exact`: values of the fields action, actor, target_kind; empty ones do not count.
    """
    entries = ActivityEntry.objects.filter(
        organization=reader.organization.public_id, **{name: value for name, value in exact.items() if value}
    ).exclude(target_kind__in=_not_told(reader))
    if target_prefix:
        entries = entries.filter(target__istartswith=target_prefix)
    if since:
        entries = entries.filter(at__gte=since)
    if before:
        entries = entries.filter(at__lt=before)
    return entries


def _not_told(reader: Membership) -> list[str]:
    organization = reader.organization
    return [kind for kind, action in TOLD_TO_MANAGERS.items() if not may(reader, action, organization)]


def activity_values(reader: Membership, field: str) -> list[str]:
    """The different values of a field in the entries that this member may read, in alphabetical order."""
    values = activity(reader).exclude(**{field: ""}).order_by(field)
    return list(values.values_list(field, flat=True).distinct())
