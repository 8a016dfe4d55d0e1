"""Writes: one invitation makes one member, once."""

from collections.abc import Iterator, Set
from contextlib import contextmanager

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from iotdash.accounts.models import User
from iotdash.accounts.services import create_person
from iotdash.audit.services import Source, record
from iotdash.organizations.invitations.tokens import Token
from iotdash.organizations.joining import queries
from iotdash.organizations.joining.queries import ACCEPTABLE, Standing
from iotdash.organizations.models import Invitation, Membership
from iotdash.organizations.roles import Role

Visitor = User | AnonymousUser
# Who tried in vain is not told to the organization: it may be an account of somebody else.
SOMEBODY = "somebody with the link"


class CannotJoin(Exception):
    """The invitation is not accepted; `standing` says why. Nothing was changed."""

    def __init__(self, standing: Standing, invitation: Invitation | None) -> None:
        super().__init__(standing.value)
        self.standing = standing
        self.invitation = invitation


def accept(opened: Token, visitor: Visitor, address: str | None) -> Membership:
    """The signed-in person becomes a member. `address` is where from. Raises CannotJoin."""
    with _failures_noted(address), transaction.atomic():
        invitation = _locked(opened, visitor, ACCEPTABLE)
        return _settle(invitation, opened, visitor, _source(invitation, visitor.email, address))


def wanted_by_new_person(opened: Token, visitor: Visitor, address: str | None) -> Invitation:
    """The invitation, if an account is to be made for it. Raises CannotJoin."""
    with _failures_noted(address), transaction.atomic():
        return _locked(opened, visitor, {Standing.NEW})


def accept_as_new_person(opened: Token, visitor: Visitor, name: str, password: str, address: str | None) -> Membership:
    """Makes the account of the invited address, and its membership.

    Raises CannotJoin, and ValidationError for a weak password.
    """
    with _failures_noted(address), transaction.atomic():
        invitation = _locked(opened, visitor, {Standing.NEW})
        source = _source(invitation, invitation.email_normalized, address)
        person = _new_person(invitation, opened, name, password, source)
        return _settle(invitation, opened, person, source)


def _new_person(invitation: Invitation, opened: Token, name: str, password: str, source: Source) -> User:
    """Somebody may be making the same account from another organization's invitation."""
    email = invitation.email_normalized
    try:
        with transaction.atomic():
            return create_person(source, email, password, name=name, address_proved=False)[0]
    except (IntegrityError, ValidationError):
        standing = queries.standing(invitation, opened, AnonymousUser())
        if standing is Standing.NEW:
            raise
        raise CannotJoin(standing, invitation) from None


def _locked(opened: Token, visitor: Visitor, wanted: Set[Standing]) -> Invitation:
    """Whoever comes second waits here, and then finds it used."""
    invitation = queries.invitation_of(opened, lock=True)
    standing = queries.standing(invitation, opened, visitor)
    if standing not in wanted:
        raise CannotJoin(standing, invitation)
    return invitation


def _source(invitation: Invitation, actor: str, address: str | None) -> Source:
    return Source(actor, invitation.organization.public_id, address)


@contextmanager
def _failures_noted(address: str | None) -> Iterator[None]:
    """Outside the transaction that failed."""
    try:
        yield
    except CannotJoin as failure:
        if invitation := failure.invitation:
            source = _source(invitation, SOMEBODY, address)
            record(source, "invitation not accepted", "invitation", str(invitation.pk), why=failure.standing.value)
        raise


def _settle(invitation: Invitation, opened: Token, person: User, source: Source) -> Membership:
    membership, kept = _membership(invitation, person, source)
    invitation.status = Invitation.Status.ACCEPTED
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = person
    invitation.accepted_by_hand = opened.by_hand
    invitation.save(update_fields=["status", "accepted_at", "accepted_by", "accepted_by_hand"])
    details = {
        "role": membership.role,
        "membership": "kept as it was" if kept else "",
        "link": f"copied by hand by {invitation.copied_by}" if opened.by_hand else "",
    }
    record(source, "invitation accepted", "invitation", invitation.email, **details)
    return membership


def _membership(invitation: Invitation, person: User, source: Source) -> tuple[Membership, bool]:
    """And whether there was one already, which is kept unless it had expired."""
    given = {"role": _role(invitation, source), "expires_at": invitation.member_expires_at}
    rows = Membership.objects.select_related("organization")
    membership, made = rows.get_or_create(organization=invitation.organization, user=person, defaults=given)
    kept = not made and not membership.expired
    if not made and not kept:
        membership.role, membership.expires_at = given["role"], given["expires_at"]
        membership.save(update_fields=["role", "expires_at"])
    return membership, kept


def _role(invitation: Invitation, source: Source) -> Role:
    role = queries.role_of(invitation)
    if role != invitation.role:
        record(source, "role replaced", "invitation", invitation.email, before=invitation.role, after=role)
    return role
