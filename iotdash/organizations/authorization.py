"""The one place that decides who may do what."""

from typing import Protocol

from django.core.exceptions import PermissionDenied

from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import Action, Role


class NotAllowed(PermissionDenied):
    """A role that is too low. The sentence names the action and the least role."""


class Actor(Protocol):
    """Who asks: a member, or a program with an API key. `role` is a value of Role."""

    @property
    def organization_id(self) -> int: ...

    @property
    def role(self) -> str: ...


def may(actor: Actor, action: Action, organization: Organization) -> bool:
    """Whether the actor may do this in that organization. Someone else's organization is never allowed."""
    if actor.organization_id != organization.pk:
        return False
    return Role(actor.role).reaches(action.least_role)


def authorize(actor: Actor, action: Action, organization: Organization) -> None:
    """Raises NotAllowed unless `may`."""
    if actor.organization_id != organization.pk:
        raise NotAllowed("You are not a member of this organization.")
    if not may(actor, action, organization):
        role = Role(actor.role).label
        raise NotAllowed(f"{role}s may not {action.words}; it needs {action.least_role.label}.")


def authorize_over(actor: Actor, role: Role, what: str = "") -> None:
    """Raises NotAllowed for a role above the actor's own: nobody gives it, nor touches who has it.

    `what` has the role, in words that fit before "whose"; without it members.
    """
    if not Role(actor.role).reaches(role):
        what = what or f"{role.label}s"
        raise NotAllowed(f"{Role(actor.role).label}s may not manage {what}, whose role is above their own.")


def acting(actor: Membership, action: Action, organization: Organization) -> Membership:
    """The actor's membership as it is now: a role may have been taken since the page was opened. Raises NotAllowed."""
    current = organization.memberships.active().select_related("user").filter(pk=actor.pk).first()
    if current is None:
        raise NotAllowed("You are no longer a member of this organization.")
    authorize(current, action, organization)
    return current
