"""Where somebody stands with an invitation: the page shows it, and accepting asks again."""

from enum import Enum
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from iotdash.accounts.models import User
from iotdash.organizations.addresses import spellings
from iotdash.organizations.invitations.tokens import Token
from iotdash.organizations.models import Invitation, Membership
from iotdash.organizations.roles import Role


class Standing(Enum):
    """The first that applies, top to bottom; in words for the activity log of the organization that invites."""

    CLOSED = "none is open in this browser"
    UNKNOWN = "there is none"
    REVOKED = "it was revoked"
    USED = "it was used before"
    REPLACED = "a newer link was sent"
    EXPIRED = "it had expired"
    OVER = "the membership would have ended already"
    # Signed out:
    NEW = "an account is needed first"
    SWITCHED_OFF = "the account is switched off"
    SIGN_IN = "signing in is needed first"
    # Signed in:
    OTHER_ACCOUNT = "signed in with another address"
    BLOCKED = "the member is blocked"
    MEMBER = "a member already"
    UNPROVED = "the address is not proved"
    CONFIRM = "to be confirmed"


ACCEPTABLE = frozenset({Standing.MEMBER, Standing.CONFIRM})


def invitation_of(opened: Token | None, *, lock: bool = False) -> Invitation | None:
    """With its organization; None if there is none, or none any more."""
    if opened is None:
        return None
    rows = Invitation.objects.select_related("organization")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return rows.filter(pk=opened.invitation_id).first()


def used_invitation(text: str) -> Invitation | None:
    """The one with this id, if somebody accepted it."""
    try:
        rows = Invitation.objects.filter(pk=UUID(text), status=Invitation.Status.ACCEPTED)
    except ValueError:
        return None
    return rows.select_related("organization").first()


def standing(invitation: Invitation | None, opened: Token | None, visitor: User | AnonymousUser) -> Standing:
    """Of whoever opened the link. About accounts it says something only while the link works."""
    if opened is None:
        return Standing.CLOSED
    if invitation is None:
        return Standing.UNKNOWN
    return _of_link(invitation, opened) or _of_visitor(invitation, visitor)


def _of_link(invitation: Invitation, opened: Token) -> Standing | None:
    if invitation.status == Invitation.Status.REVOKED:
        return Standing.REVOKED
    if invitation.status == Invitation.Status.ACCEPTED:
        return Standing.USED
    if invitation.token_version != opened.version:
        return Standing.REPLACED
    if invitation.expired:
        return Standing.EXPIRED
    ends = invitation.member_expires_at
    return Standing.OVER if ends and ends <= timezone.now() else None


def _of_visitor(invitation: Invitation, visitor: User | AnonymousUser) -> Standing:
    if visitor.is_authenticated:
        return _of_person(invitation, visitor)
    person = User.objects.filter(email__in=spellings(invitation.email_normalized)).first()
    if person is None:
        return Standing.NEW
    return Standing.SIGN_IN if person.is_active else Standing.SWITCHED_OFF


def _of_person(invitation: Invitation, person: User) -> Standing:
    if person.email not in spellings(invitation.email_normalized):
        return Standing.OTHER_ACCOUNT
    membership = membership_in(invitation, person)
    if membership and membership.blocked:
        return Standing.BLOCKED
    if membership and not membership.expired:
        return Standing.MEMBER
    return Standing.CONFIRM if _address_counts(invitation, person) else Standing.UNPROVED


def membership_in(invitation: Invitation, person: User) -> Membership | None:
    """The person's membership in the organization that invites, whatever its state."""
    return Membership.objects.filter(organization=invitation.organization_id, user=person).first()


def _address_counts(invitation: Invitation, person: User) -> bool:
    """An address that is not proved counts within the organization whose invitation made the account."""
    if person.address_proved_at:
        return True
    here = Invitation.objects.filter(organization=invitation.organization_id)
    return here.filter(accepted_by=person).exists() or membership_in(invitation, person) is not None


def role_of(invitation: Invitation) -> Role:
    """The lowest, if the role of the invitation is none any more."""
    return Role(invitation.role) if invitation.role in Role.values else Role.READER
