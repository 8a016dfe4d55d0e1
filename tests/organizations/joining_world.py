"""Invitations as rows, and somebody's browser that opens their links."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.invitations.tokens import token_of
from iotdash.organizations.models import Invitation, Organization
from iotdash.organizations.roles import Role

PAGE = "/invitations/"
ACCEPT = "/invitations/accept/"
ACCOUNT = "/invitations/account/"
SIGN_OUT = "/invitations/sign-out/"
PASSWORD = "entirely different staple"


def invite(organization: Organization, email: str = "new@example.com", **fields: Any) -> Invitation:
    """A pending invitation for an Operator, by the owner, for 48 hours."""
    given = {
        "email": email,
        "email_normalized": email.lower(),
        "role": Role.OPERATOR,
        "invited_by": "owner@example.com",
        "inviter_name": "Olga Owner",
        "token_expires_at": timezone.now() + timedelta(hours=48),
    }
    return Invitation.objects.create(organization=organization, **given | fields)


def path_of(invitation: Invitation, by_hand: bool = False) -> str:
    return f"/invitations/{token_of(invitation, by_hand)}/"


def opened(client: Client, invitation: Invitation, by_hand: bool = False) -> HttpResponse:
    """The page to which the link leads."""
    return client.get(path_of(invitation, by_hand), follow=True)


def fields_for(invitation: Invitation, **changed: str) -> dict[str, str]:
    """What the form of a new account sends."""
    given = {"name": "Nele New", "password1": PASSWORD, "password2": PASSWORD, "invitation": str(invitation.pk)}
    return given | changed


def confirm(client: Client, invitation: Invitation) -> HttpResponse:
    return client.post(ACCEPT, {"invitation": str(invitation.pk)})


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def entries() -> list[tuple]:
    """The activity log, oldest first: organization, actor, action, target, details."""
    rows = ActivityEntry.objects.order_by("id")
    return list(rows.values_list("organization", "actor", "action", "target", "details"))


def unchanged(invitation: Invitation) -> bool:
    row = Invitation.objects.get(pk=invitation.pk)
    return row.status == "pending" and row.accepted_by is None


def accepted(role: str, membership: str = "", link: str = "") -> dict[str, str]:
    """Details of the entry of an accepted invitation."""
    return {"role": role, "membership": membership, "link": link}
