"""Writes: asking people to join, and taking it back. Each leaves its entry in the activity log, never a link."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from iotdash.audit.services import Source, record
from iotdash.organizations import addresses
from iotdash.organizations.invitations import limits, queries, rules, tokens
from iotdash.organizations.invitations.errors import InvitationRefused
from iotdash.organizations.models import Invitation, Membership, Organization
from iotdash.runtime import outbox

MOST_SENDS = 10
BETWEEN_SENDS = timedelta(seconds=60)


@dataclass(frozen=True)
class Wanted:
    """Somebody to invite: the address as it was typed, the role, and when the membership would end."""

    email: str
    role: str
    member_expires_at: datetime | None = None


@transaction.atomic
def invite(
    source: Source, inviter: Membership, email: str, role: str, *, member_expires_at: datetime | None = None
) -> Invitation:
    """Makes an invitation and asks for its mail; one that has expired is made anew in its place.

    Raises ValidationError (the address), NotAllowed, MailNotOffered, DailyLimitReached, InvitationRefused.
    """
    address = addresses.normalized(email)
    actor = rules.acting(inviter)
    rules.require_reach(actor, role)
    rules.require_mail(actor.organization)
    rules.lock_addresses(actor.organization, [address])
    known = queries.known(actor.organization, [address])
    _refuse_known(known, address)
    limits.require_room(actor.organization)
    return issue(source, actor, Wanted(email, role, member_expires_at), known.invitations.get(address))


def issue(source: Source, actor: Membership, wanted: Wanted, expired: Invitation | None, **details: str) -> Invitation:
    """What `invite` does once everything is made sure of; `details` go into the activity log."""
    invitation = expired or Invitation(organization=actor.organization)
    invitation.organization = actor.organization
    invitation.email = wanted.email.strip()
    invitation.email_normalized = addresses.normalized(wanted.email)
    invitation.role, invitation.member_expires_at = wanted.role, wanted.member_expires_at
    invitation.invited_by, invitation.inviter_name = actor.user.email, actor.user.name
    if expired:
        invitation.token_version += 1
        invitation.created_at, invitation.send_count = timezone.now(), 0
        invitation.copied_at, invitation.copied_by = None, ""
    _ask_for_mail(invitation)
    ends = wanted.member_expires_at and wanted.member_expires_at.isoformat()
    record(source, "person invited", "invitation", invitation.email, role=wanted.role, member_until=ends, **details)
    return invitation


@transaction.atomic
def resend(source: Source, actor: Membership, invitation: Invitation) -> Invitation:
    """A new link by a new mail, with a new lifetime; the old link is dead. Also after expiry, or a failed mail.

    Raises NotAllowed, MailNotOffered, DailyLimitReached, InvitationRefused.
    """
    actor = rules.acting(actor)
    rules.require_mail(actor.organization)
    current = rules.locked(actor, invitation)
    _refuse_useless(current)
    _refuse_another_send(current)
    rules.require_room_for_one(actor.organization)
    current.token_version += 1
    _ask_for_mail(current)
    record(source, "invitation renewed", "invitation", current.email, role=current.role, sends=current.send_count)
    return current


@transaction.atomic
def revoke(source: Source, actor: Membership, invitation: Invitation) -> None:
    """The link is dead at once. Nothing happens if it was revoked already. Raises NotAllowed, InvitationRefused."""
    withdraw(source, rules.locked(rules.acting(actor), invitation))


@transaction.atomic
def withdraw(source: Source, invitation: Invitation) -> None:
    """`revoke`, by whoever stands above the organization. Raises InvitationRefused when it was accepted."""
    revoked = {"status": Invitation.Status.REVOKED, "revoked_at": timezone.now(), "revoked_by": source.actor}
    # Conditional, because it may be accepted this moment.
    if Invitation.objects.pending().filter(pk=invitation.pk).update(**revoked):
        _withdraw_mail(invitation)
        record(source, "invitation revoked", "invitation", invitation.email, role=invitation.role)
    elif Invitation.objects.filter(pk=invitation.pk, status=Invitation.Status.ACCEPTED).exists():
        raise InvitationRefused(f"{invitation.email} has accepted already. Remove the member instead.")


@transaction.atomic
def delete(source: Source, actor: Membership, invitation: Invitation) -> None:
    """Takes an invitation off the list that can no longer be used. Raises NotAllowed, InvitationRefused."""
    current = rules.locked(rules.acting(actor), invitation)
    state = queries.shown_state(current)
    if state == Invitation.Status.PENDING:
        raise InvitationRefused(f"The invitation of {current.email} is still open. Revoke it first.")
    _withdraw_mail(current)
    record(source, "invitation deleted", "invitation", current.email, role=current.role, was=state)
    current.delete()


@transaction.atomic
def copy_link(source: Source, actor: Membership, invitation: Invitation) -> str:
    """The link, marked as copied by hand: shown to the member once, kept nowhere.

    While no mail has gone out its lifetime begins now. Raises NotAllowed, InvitationRefused.
    """
    current = rules.locked(rules.acting(actor), invitation)
    _refuse_useless(current)
    if queries.unsent(current):
        current.token_expires_at = _end_of_life(current.organization)
    elif current.expired:
        raise InvitationRefused(f"The link of {current.email} has expired. Resend the invitation for a new one.")
    current.copied_at, current.copied_by = timezone.now(), source.actor
    current.save(update_fields=["token_expires_at", "copied_at", "copied_by"])
    record(source, "invitation link copied by hand", "invitation", current.email, role=current.role)
    return tokens.link_of(current, by_hand=True)


def begin_life(invitation: Invitation) -> bool:
    """The link works from now on for as long as the organization says; False if it would be of no use any more.

    Called whenever mail with this version of the link is about to go.
    """
    if invitation.over:
        return False
    same = Invitation.objects.pending().filter(pk=invitation.pk, token_version=invitation.token_version)
    invitation.token_expires_at = _end_of_life(invitation.organization)
    return bool(same.update(token_expires_at=invitation.token_expires_at))


def _ask_for_mail(invitation: Invitation) -> None:
    organization = invitation.organization
    _withdraw_mail(invitation)
    reference, version = str(invitation.pk), invitation.token_version
    invitation.mail = outbox.queue(organization.public_id, limits.KIND, reference, version)
    invitation.send_count += 1
    invitation.last_asked_at = timezone.now()
    invitation.token_expires_at = _end_of_life(organization)
    invitation.save()


def _withdraw_mail(invitation: Invitation) -> None:
    if invitation.mail is not None:
        outbox.withdraw(invitation.mail)


def _end_of_life(organization: Organization) -> datetime:
    return timezone.now() + timedelta(hours=organization.invitation_hours)


def _refuse_known(known: queries.Known, address: str) -> None:
    if member := known.members.get(address):
        raise InvitationRefused(member_already(member))
    invitation = known.invitations.get(address)
    if invitation and queries.shown_state(invitation) == Invitation.Status.PENDING:
        raise InvitationRefused(f"{invitation.email} is invited already. Resend that invitation, or revoke it first.")


def member_already(member: Membership) -> str:
    """A sentence, with what can be done if the membership does not count at the moment."""
    email = member.user.email
    if member.blocked:
        return f"{email} is a member already, but blocked. Unblock the member instead."
    if member.expired:
        return f"{email} is a member already, but the membership has expired. Change its expiry date instead."
    return f"{email} is a member already."


def _refuse_useless(invitation: Invitation) -> None:
    if invitation.status == Invitation.Status.ACCEPTED:
        raise InvitationRefused(f"{invitation.email} has accepted already.")
    if invitation.status == Invitation.Status.REVOKED:
        raise InvitationRefused(f"The invitation of {invitation.email} was revoked. Invite the address again.")
    if invitation.over:
        raise InvitationRefused(
            f"The membership of {invitation.email} would have ended already. "
            "Invite the address again, with a later last day."
        )


def _refuse_another_send(invitation: Invitation) -> None:
    if invitation.send_count >= MOST_SENDS:
        raise InvitationRefused(
            f"The invitation of {invitation.email} was sent {MOST_SENDS} times, which is the most. "
            "If the address is right, revoke it and invite again."
        )
    wait = invitation.last_asked_at + BETWEEN_SENDS - timezone.now()
    if wait > timedelta():
        seconds = int(wait.total_seconds()) + 1
        raise InvitationRefused(
            f"The invitation of {invitation.email} was sent a moment ago. Try again in {seconds} seconds."
        )
