"""The message of an invitation, made anew for each attempt to send it."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from iotdash.organizations import addresses, wordings
from iotdash.organizations.invitations import services, tokens
from iotdash.organizations.invitations.wording import LETTER
from iotdash.organizations.letters import Wording, named, presentable, render
from iotdash.organizations.models import Invitation, Organization
from iotdash.organizations.roles import Role
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import Message


def compose(mail: OutboxMail) -> Message | None:
    """The lifetime of the link begins now, so mail that had to wait loses none of it; the link is always the same.

    None when the invitation was settled or sent again since, or the membership would have ended already.
    """
    pending = Invitation.objects.pending().select_related("organization")
    same = pending.filter(pk=mail.reference, token_version=mail.version, organization__public_id=mail.organization)
    invitation = same.first()
    if invitation is None or not services.begin_life(invitation):
        return None
    rendered = render(LETTER, wording_of(invitation.organization), values_of(invitation))
    return Message(
        recipient=addresses.deliverable(invitation.email),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        labels={"invitation_id": str(invitation.pk), "attempt": str(mail.attempts)},
        category=LETTER.kind,
    )


def wording_of(organization: Organization) -> Wording:
    """The organization's own, else the product's."""
    return wordings.of(LETTER, organization)


def values_of(invitation: Invitation) -> dict[str, str]:
    """A text for each placeholder. Names that look like addresses of the web are left out: they would become links."""
    organization = invitation.organization
    return _values(invitation, organization) | {"link": tokens.link_of(invitation)}


def sample_values(organization: Organization, email: str, name: str) -> dict[str, str]:
    """For a preview: an invitation that does not exist, by this member, with a link that leads nowhere."""
    ends = timezone.now() + timedelta(hours=organization.invitation_hours)
    sample = Invitation(role=Role.DEVELOPER, invited_by=email, inviter_name=name, token_expires_at=ends)
    link = f"{settings.PUBLIC_URL.rstrip('/')}/invitations/…"
    return _values(sample, organization) | {"link": link}


def _values(invitation: Invitation, organization: Organization) -> dict[str, str]:
    ends = invitation.member_expires_at
    name = presentable(invitation.inviter_name)
    return {
        "organization": named(organization),
        "organization_id": organization.public_id,
        "inviter": f"{name} ({invitation.invited_by})" if name else invitation.invited_by,
        "role": Role(invitation.role).label if invitation.role in Role.values else Role.READER.label,
        "membership": f"The membership ends on {_utc(ends)}." if ends else "The membership has no end date.",
        "expires": _utc(invitation.token_expires_at),
    }


def _utc(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
