"""What is made sure of, in the transaction, before an invitation is made or changed.

Rows are locked in one order: invitations, then their organization. FOR NO KEY UPDATE, because a lock of the whole row
would make everybody wait who adds something to the organization.
"""

from collections.abc import Collection

from iotdash.organizations import authorization
from iotdash.organizations.authorization import NotAllowed
from iotdash.organizations.invitations import limits
from iotdash.organizations.invitations.errors import InvitationRefused, MailNotOffered
from iotdash.organizations.models import Invitation, Membership, Organization
from iotdash.organizations.roles import MANAGE_INVITATIONS, Role
from iotdash.runtime import outbox


def acting(actor: Membership) -> Membership:
    """The actor's membership as it is now. Raises NotAllowed."""
    return authorization.acting(actor, MANAGE_INVITATIONS, actor.organization)


def may_give(actor: Membership, role: str) -> bool:
    """Nobody invites above their own role, nor handles such an invitation: its link would be worth the role.

    A role that does not exist any more gives the lowest.
    """
    return role not in Role.values or Role(actor.role).reaches(Role(role))


def require_reach(actor: Membership, role: str) -> None:
    """Raises NotAllowed."""
    if not may_give(actor, role):
        own, wanted = Role(actor.role).label, Role(role).label
        raise NotAllowed(f"{own}s may not invite {wanted}s; it needs {wanted}.")


def locked(actor: Membership, invitation: Invitation) -> Invitation:
    """The invitation as it is now, until the end of the transaction. Raises InvitationRefused, NotAllowed."""
    # Alone: joined to what was its mail when the wait for it began, it would seem to have none.
    rows = Invitation.objects.select_for_update(no_key=True)
    current = rows.filter(pk=invitation.pk, organization=actor.organization).first()
    if current is None:
        raise InvitationRefused(f"The invitation of {invitation.email} was deleted meanwhile.")
    current.organization = actor.organization
    require_reach(actor, current.role)
    return current


def lock_addresses(organization: Organization, addresses: Collection[str]) -> None:
    """Holds the pending invitations of these (normalised) addresses, then the organization."""
    pending = Invitation.objects.pending().filter(organization=organization, email_normalized__in=addresses)
    list(pending.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    lock(organization)


def lock(organization: Organization) -> None:
    """One after the other asks for mail, so that none slips past the daily limit."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def require_mail(organization: Organization) -> None:
    """Raises MailNotOffered. A service that is there but out of order will do: mail waits for it."""
    offered = outbox.availability(organization.public_id)
    if not offered.offered:
        raise MailNotOffered(offered.sentence)


def require_room_for_one(organization: Organization) -> None:
    """Raises DailyLimitReached."""
    lock(organization)
    limits.require_room(organization)
