"""The world of the kill test with mail: an organization, its mail service, and whom it invites."""

import json
import re
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from django.test import Client

from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations, connection_checks
from extensions.mailers import senders
from iotdash.audit.services import Source
from iotdash.organizations.invitations import services, tokens
from iotdash.organizations.models import Invitation, Organization
from iotdash.organizations.roles import Role
from iotdash.organizations.services import create_organization
from tests.chaos.mail.server import HOST
from tests.chaos.mail.truth import Invitee, Letter
from tests.chaos.world import PASSWORD

ORGANIZATION, OWNER = "chaos1", "owner@chaos1.example.com"
SOURCE = Source(actor=OWNER, organization=ORGANIZATION)
_LINK = re.compile(r"https?://[^\s<>\"]+")


def make_organization(port: int) -> None:
    """With a mail service that waits to be checked."""
    made = create_organization(SOURCE, "Kill test", OWNER, public_id=ORGANIZATION, password=PASSWORD)
    (manifest,) = senders.manifests()
    settings = {
        "method": "smtp",
        "sender_name": "Kill test",
        "sender_address": OWNER,
        "host": HOST,
        "port": port,
        "security": "none",
    }
    config = configurations.add(made.organization, manifest, manifest.name, settings, SOURCE)
    connection_checks.ask(made.organization, manifest, settings, SOURCE, config)


def proved() -> bool:
    return not ExtensionConfig.objects.filter(proved_at=None).exists()


def invite(count: int) -> None:
    inviter = Organization.objects.get(public_id=ORGANIZATION).memberships.get()
    for number in range(1, count + 1):
        services.invite(SOURCE, inviter, f"invitee{number}@example.com", Role.READER)


def letters(folder: Path) -> list[Letter]:
    """What the mail server took."""
    taken = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return [Letter(to, tuple(_LINK.findall(each["text"]))) for each in taken for to in each["recipients"]]


def opens(link: str) -> bool:
    """Whether the product's page for it asks a stranger to join."""
    address = urlsplit(link)
    visitor = Client(headers={"host": address.netloc})
    return visitor.get(address.path, follow=True).status_code == HTTPStatus.OK


def invitees() -> list[Invitee]:
    """Only with a link where it works now."""
    live = set(Invitation.objects.open().values_list("pk", flat=True))
    return [
        Invitee(
            each.email,
            tokens.link_of(each) if each.pk in live else "",
            each.mail.state if each.mail else "without mail",
            each.mail.attempts if each.mail else 0,
        )
        for each in Invitation.objects.select_related("mail").order_by("created_at")
    ]


def all_settled() -> bool:
    return not Invitation.objects.exclude(mail__settled_at__isnull=False).exists()
