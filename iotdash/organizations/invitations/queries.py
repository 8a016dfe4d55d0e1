"""Reads: invitations and what became of their mail."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from iotdash.organizations.addresses import spellings
from iotdash.organizations.models import Invitation, Membership, Organization
from iotdash.runtime.models import OutboxMail

WAITING, FAILED = OutboxMail.State.WAITING.value, OutboxMail.State.FAILED.value

ENDING = "ending"
SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Known:
    """Of some addresses, by their normalised form: who is a member, and who is invited (expired ones too)."""

    members: dict[str, Membership]
    invitations: dict[str, Invitation]


def known(organization: Organization, addresses: Collection[str]) -> Known:
    """Two queries, however many addresses."""
    spelled = {spelling: address for address in addresses for spelling in spellings(address)}
    members = organization.memberships.filter(user__email__in=spelled).select_related("user")
    invitations = organization.invitations.pending().filter(email_normalized__in=addresses).select_related("mail")
    return Known(
        {spelled[each.user.email]: each for each in members},
        {each.email_normalized: each for each in invitations},
    )


def invitations(organization: Organization) -> QuerySet[Invitation]:
    return organization.invitations.select_related("mail")


def matching(organization: Organization, *, state: str = "", mail: str = "", search: str = "") -> QuerySet[Invitation]:
    """Invitations of the organization; "" does not count.

    `state`: as people are shown it. `mail`: WAITING or FAILED, of pending invitations. `search`: the beginning of the
    address.
    """
    found = invitations(organization)
    if state:
        found = found.filter(in_state(state))
    if mail:
        found = found.filter(status=Invitation.Status.PENDING, mail__state=mail)
    if search:
        # Whatever way people write the domain: as it is shown, or in ASCII.
        found = found.filter(Q(email_normalized__startswith=search.lower()) | Q(email__istartswith=search))
    return found


def pending(organization: Organization) -> QuerySet[Invitation]:
    """As people are shown them."""
    return matching(organization, state=Invitation.Status.PENDING)


def find(organization: Organization, invitation_id: UUID) -> Invitation | None:
    return invitations(organization).filter(pk=invitation_id).first()


def in_state(state: str) -> Q:
    """Those that people are shown as pending, expired, accepted or revoked; ENDING: pending ones that expire soon."""
    if state not in (Invitation.Status.PENDING, Invitation.EXPIRED, ENDING):
        return Q(status=state)
    now = timezone.now()
    lasting = (Q(token_expires_at__gt=now) | _UNSENT) & ~Q(member_expires_at__lte=now)
    if state == ENDING:
        lasting &= ~_UNSENT & Q(token_expires_at__lte=now + SOON)
    return Q(status=Invitation.Status.PENDING) & (~lasting if state == Invitation.EXPIRED else lasting)


def shown_state(invitation: Invitation) -> str:
    """As `in_state` finds it."""
    if invitation.status == Invitation.Status.PENDING and invitation.over:
        return Invitation.EXPIRED
    if invitation.expired and unsent(invitation):
        return Invitation.Status.PENDING
    return invitation.state


def unsent(invitation: Invitation) -> bool:
    """Its mail is still on its way out. The lifetime of the link begins when it goes, so it cannot expire before."""
    mail = invitation.mail
    return mail is not None and mail.sent_at is None and mail.settled_at is None


_UNSENT = Q(mail__isnull=False, mail__sent_at=None, mail__settled_at=None)
