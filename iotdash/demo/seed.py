"""The sample organization: a water company with a few hundred devices. All of it is made up."""

from dataclasses import dataclass

from iotdash.accounts import support_group
from iotdash.accounts.services import create_person
from iotdash.audit.services import Source
from iotdash.demo import (
    seed_alerts,
    seed_devices,
    seed_extensions,
    seed_keys,
    seed_reconciliation,
    seed_reports,
    seed_tags,
    seed_usage,
)
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import Role
from iotdash.organizations.services import add_member, create_organization

ORGANIZATION_ID = "demo01"
ORGANIZATION_NAME = "Alder Valley Water"


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    role: Role


PEOPLE = (
    Person("admin@example.com", "Ada Moreno", Role.ADMINISTRATOR),
    Person("operator@example.com", "Owen Lindqvist", Role.OPERATOR),
    Person("reader@example.com", "Rhea Castellan", Role.READER),
)

# Belongs to no organization: signs in, then opens /admin/.
SUPPORT = "support@example.com"


def everything(password: str) -> Organization:
    """Makes the organization, its people, devices, extensions and API keys. Call it in a transaction."""
    source = Source(actor="sample data", organization=ORGANIZATION_ID)
    organization = _people(source, password)
    support_group.admit(source, create_person(source, SUPPORT, password)[0])
    devices = seed_devices.seed(organization, source)
    left = seed_extensions.seed(organization, devices, source)
    seed_reports.seed(devices, source)
    seed_usage.seed(organization, source)
    seed_keys.seed(organization, source)
    seed_tags.seed(organization, devices, source)
    seed_tags.share_views(organization.memberships.get(user__email=PEOPLE[0].email), source)
    seed_reconciliation.seed(organization, left, source)
    seed_alerts.seed(organization, source)
    return organization


def _people(source: Source, password: str) -> Organization:
    users = {person: create_person(source, person.email, password)[0] for person in PEOPLE}
    for person, user in users.items():
        user.name = person.name
        user.save(update_fields=["name"])
    administrator, *others = PEOPLE
    organization = create_organization(
        source, ORGANIZATION_NAME, users[administrator], public_id=ORGANIZATION_ID
    ).organization
    for person in others:
        add_member(source, organization, users[person], person.role)
    return organization
