"""Reads: who belongs to an organization, in which state, and whether it would be without an administrator."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from iotdash.accounts.mfa.proof import second_factors
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import Role

STATES = (
    ("active", "Active"),
    ("blocked", "Blocked"),
    ("expired", "Expired"),
    ("closed", "Account closed"),
    ("expiring", "With an expiry date"),
)


def members(organization: Organization, *, state: str = "", role: str = "", search: str = "") -> QuerySet[Membership]:
    """Members with `.user` and `.second_factor` (whether they have one).

    `state`: one of STATES. `search`: the beginning of an email address.
    """
    factors = second_factors().filter(user=OuterRef("user"))
    found = organization.memberships.select_related("user").annotate(second_factor=Exists(factors))
    if role:
        found = found.filter(role=role)
    if search:
        found = found.filter(user__email__startswith=search.lower())
    return _in_state(found, state)


def _in_state(members: QuerySet[Membership], state: str) -> QuerySet[Membership]:
    if state == "active":
        return members.active()
    conditions = {
        "": Q(),
        "blocked": Q(blocked_at__isnull=False),
        "expired": Q(expires_at__lte=timezone.now()),
        "closed": Q(user__is_active=False),
        "expiring": Q(expires_at__gt=timezone.now()),
    }
    return members.filter(conditions[state])


def stands_alone(membership: Membership) -> bool:
    """Whether nobody else administrates for as long as this member does.

    An administrator whose membership expires does not stand in for one whose does not: it would end by itself.
    """
    administrators = Membership.objects.active().filter(
        organization=membership.organization_id, role=Role.ADMINISTRATOR
    )
    if not administrators.filter(pk=membership.pk).exists():
        return False
    others = administrators.exclude(pk=membership.pk)
    return not (others if membership.expires_at else others.filter(expires_at=None)).exists()


def without_second_factor(organization: Organization) -> QuerySet[Membership]:
    """Active members whom a rule of two-step sign-in keeps out until they set it up."""
    return members(organization, state="active").filter(second_factor=False)
