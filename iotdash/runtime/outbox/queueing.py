"""Asking for mail, and taking it back."""

from django.db import transaction
from django.utils import timezone

from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import transports

State = OutboxMail.State


def queue(organization: str, kind: str, reference: str, version: int = 1) -> OutboxMail:
    """Asks for a message; it is sent soon after the transaction that asks is committed.

    `organization` is the public id; `reference` and `version` are what the composer of this kind needs.
    """
    mail = OutboxMail.objects.create(organization=organization, kind=kind, reference=reference, version=version)
    transaction.on_commit(lambda: transports.wake(organization))
    return mail


def withdraw(mail: OutboxMail) -> None:
    """It is no longer wanted; nothing happens if it was sent or failed already."""
    open_ones = OutboxMail.objects.filter(pk=mail.pk, settled_at=None)
    open_ones.update(state=State.WITHDRAWN, settled_at=timezone.now(), detail="")
