"""Writes: organizations and their members to begin with, each with its entry in the activity log."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from iotdash.accounts.models import User
from iotdash.accounts.services import create_person
from iotdash.audit.services import Source, record
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import Role


@dataclass(frozen=True)
class Created:
    """A new organization with its administrator; `password` only if one was made for a new person."""

    organization: Organization
    administrator: User
    password: str | None


@transaction.atomic
def create_organization(
    source: Source, name: str, administrator: User | str, *, public_id: str = "", password: str | None = None
) -> Created:
    """Makes an organization. The administrator is an existing person, or the email address of a new one.

    Raises ValidationError, by field: name, public_id, email, password.
    """
    organization = Organization(name=name.strip(), **({"public_id": public_id} if public_id else {}))
    organization.full_clean()
    organization.save()
    source = replace(source, organization=organization.public_id)
    record(source, "organization created", "organization", organization.public_id, name=organization.name)
    made = None
    if isinstance(administrator, str):
        administrator, made = create_person(source, administrator, password)
    add_member(source, organization, administrator, Role.ADMINISTRATOR)
    return Created(organization, administrator, made)


@transaction.atomic
def rename(source: Source, organization: Organization, name: str) -> None:
    """Gives an organization another name; nothing happens if it is the same."""
    _change(source, organization, "name", name, "organization renamed")


@transaction.atomic
def require_second_factor(source: Source, organization: Organization, required: bool) -> None:
    """Whether members need a second factor to come in; nothing happens if it is so already."""
    changed = Organization.objects.filter(pk=organization.pk, second_factor_required=not required).update(
        second_factor_required=required, updated_at=timezone.now()
    )
    if changed:
        words = "two-step sign-in required" if required else "two-step sign-in no longer required"
        record(source, words, "organization", organization.public_id)


@transaction.atomic
def change_invitation_hours(source: Source, organization: Organization, hours: int) -> None:
    """How long links of invitations work from now on; nothing happens if it is the same."""
    _change(source, organization, "invitation_hours", hours, "invitation hours changed")


def _change(source: Source, organization: Organization, field: str, value: Any, words: str) -> None:
    before = Organization.objects.values_list(field, flat=True).get(pk=organization.pk)
    if before == value:
        return
    setattr(organization, field, value)
    organization.save(update_fields=[field, "updated_at"])
    record(source, words, "organization", organization.public_id, before=before, after=value)


@transaction.atomic
def add_member(source: Source, organization: Organization, user: User, role: Role) -> Membership:
    membership = Membership.objects.create(organization=organization, user=user, role=role)
    record(source, "member added", "member", user.email, role=role)
    return membership
