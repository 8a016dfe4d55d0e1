"""Writes: roles, blocks, expiry dates and the end of memberships.

`by` is the membership of who asks: nobody changes a member above their own role. None is the support staff. Every
change locks the organization and reads again, so that two at once cannot leave it without an administrator.
"""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from iotdash.audit.services import Source, record
from iotdash.organizations.authorization import acting, authorize_over
from iotdash.organizations.members.queries import stands_alone
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import CHANGE_ROLES, MANAGE_MEMBERS, SEE, Action, Role


class Refused(Exception):
    """Why a membership stays as it is, in a sentence with what to do instead."""


@transaction.atomic
def change_role(source: Source, membership: Membership, role: Role, *, by: Membership | None = None) -> None:
    """Gives a member another role; nothing happens if it is the same. Raises Refused and NotAllowed."""
    current = _now(membership, by, CHANGE_ROLES, role)
    if current.role == role:
        return
    _keep_an_administrator(current, "given another role")
    before, current.role = current.role, role
    current.save(update_fields=["role"])
    record(source, "role changed", "member", current.user.email, before=before, after=role)


@transaction.atomic
def block(source: Source, membership: Membership, *, by: Membership | None = None) -> None:
    """Keeps a member out, at once and until unblocked. Raises Refused and NotAllowed."""
    current = _now(membership, by, MANAGE_MEMBERS)
    _not_oneself(current, by, "You cannot block yourself. Leave the organization instead.")
    if current.blocked:
        return
    _keep_an_administrator(current, "blocked")
    current.blocked_at, current.blocked_by = timezone.now(), source.actor
    current.save(update_fields=["blocked_at", "blocked_by"])
    record(source, "member blocked", "member", current.user.email)


@transaction.atomic
def unblock(source: Source, membership: Membership, *, by: Membership | None = None) -> None:
    """Raises Refused and NotAllowed."""
    current = _now(membership, by, MANAGE_MEMBERS)
    if not current.blocked:
        return
    current.blocked_at, current.blocked_by = None, ""
    current.save(update_fields=["blocked_at", "blocked_by"])
    record(source, "member unblocked", "member", current.user.email)


@transaction.atomic
def set_expiry(
    source: Source, membership: Membership, expires_at: dt.datetime | None, *, by: Membership | None = None
) -> None:
    """The membership ends at that time, which lies ahead; None: it does not end. Raises Refused and NotAllowed."""
    current = _now(membership, by, MANAGE_MEMBERS)
    _not_oneself(current, by, "You cannot set the expiry date of your own membership. Ask another member to do it.")
    if current.expires_at == expires_at:
        return
    if expires_at is not None:
        _check_expiry(current, expires_at)
    before, current.expires_at = current.expires_at, expires_at
    current.save(update_fields=["expires_at"])
    record(source, "expiry date changed", "member", current.user.email, before=_stamp(before), after=_stamp(expires_at))


@transaction.atomic
def remove(source: Source, membership: Membership, *, by: Membership | None = None) -> None:
    """Raises Refused and NotAllowed."""
    current = _now(membership, by, MANAGE_MEMBERS)
    _not_oneself(current, by, "You cannot remove yourself. Leave the organization instead.")
    _keep_an_administrator(current, "removed")
    record(source, "member removed", "member", current.user.email, role=current.role)
    current.delete()


@transaction.atomic
def leave(source: Source, membership: Membership) -> None:
    """Ends one's own membership. Raises Refused."""
    current = _now(membership, membership, SEE)
    _keep_an_administrator(current, "taken out")
    record(source, "member left", "member", current.user.email, role=current.role)
    current.delete()


def _now(membership: Membership, by: Membership | None, action: Action, *roles: Role) -> Membership:
    """The membership as it is, while nobody else changes one of this organization.

    `roles` beside the member's own may not be above the one of who asks.
    """
    organization = Organization.objects.select_for_update(no_key=True).get(pk=membership.organization_id)
    current = organization.memberships.select_related("user").filter(pk=membership.pk).first()
    if current is None:
        raise Refused("This person is no longer a member. Load the page again.")
    if by is not None:
        asking = acting(by, action, organization)
        for each in (Role(current.role), *roles):
            authorize_over(asking, each)
    return current


def _not_oneself(current: Membership, by: Membership | None, sentence: str) -> None:
    if by is not None and by.pk == current.pk:
        raise Refused(sentence)


def _check_expiry(current: Membership, expires_at: dt.datetime) -> None:
    if expires_at <= timezone.now():
        raise Refused("This date lies in the past. To end the membership now, block or remove the member.")
    if current.expires_at is None:
        _keep_an_administrator(current, "given an expiry date")


def _keep_an_administrator(current: Membership, what: str) -> None:
    if stands_alone(current):
        raise Refused(
            f"{current.user.email} is the last administrator and cannot be {what}. Make another member administrator "
            "first: one who is not blocked, and whose membership does not expire."
        )


def _stamp(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="minutes") if moment else ""
