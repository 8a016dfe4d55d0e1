"""An organization whose mail can be sent, as far as invitations know: fixtures and shorthands."""

import pytest
from django.utils import timezone

from iotdash.organizations.invitations import composing, services
from iotdash.organizations.models import Invitation, Membership, Organization
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import Availability, Message, transports


class MadeUpTransport:
    """Answers for every organization alike, and remembers whom it was told of."""

    def __init__(self) -> None:
        self.answer = Availability(offered=True, ready=True)
        self.woken: list[str] = []

    def availability(self, organization: str) -> Availability:
        return self.answer

    def wake(self, organization: str) -> None:
        self.woken.append(organization)


@pytest.fixture
def transport(monkeypatch) -> MadeUpTransport:
    made_up = MadeUpTransport()
    monkeypatch.setattr(transports, "_transport", [made_up])
    return made_up


@pytest.fixture
def membership(owner, organization) -> Membership:
    """Of the owner."""
    return organization.memberships.get(user=owner)


@pytest.fixture
def invitation(transport, source, membership) -> Invitation:
    return services.invite(source, membership, "new@example.com", "developer")


def mails(organization: Organization) -> list[OutboxMail]:
    return list(OutboxMail.objects.filter(organization=organization.public_id).order_by("pk"))


def composed(mail: OutboxMail) -> Message | None:
    return composing.compose(OutboxMail.objects.get(pk=mail.pk))


def as_sent(mail: OutboxMail) -> None:
    """As the mail service leaves a row: composed, taken, settled."""
    assert composed(mail)
    now = timezone.now()
    OutboxMail.objects.filter(pk=mail.pk).update(state=OutboxMail.State.SENT, sent_at=now, settled_at=now)
