import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class OutboxMail(models.Model):
    """A message that an organization wants sent, and what became of it.

    What it says is composed when it is sent, from `kind`, `reference` and `version`: no address, text or token is kept
    here. `settled_at` is set once nothing more will be tried; what the service reports later still changes `state`.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        WAITING = "waiting", "Waiting for the configuration"
        SENT = "sent", "Sent"
        DEFERRED = "deferred", "Deferred"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.CharField("organization id", max_length=6)
    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=100)
    version = models.PositiveIntegerField(default=1)

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    detail = models.CharField(
        max_length=500, blank=True, help_text="Why, in the words of the mail service if it gave any."
    )
    provider_message_id = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    holder = models.CharField(max_length=64, blank=True)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the mail service took it.")
    settled_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(
        null=True, blank=True, help_text="The service's own time of the newest event that counted."
    )

    class Meta:
        verbose_name = "mail"
        verbose_name_plural = "outgoing mail"
        indexes = [
            models.Index(
                fields=["organization", "next_attempt_at", "id"], condition=Q(settled_at=None), name="outbox_due"
            ),
            models.Index(fields=["organization", "-created_at"], name="outbox_by_time"),
            models.Index(fields=["kind", "reference"], name="outbox_of_reference"),
            models.Index(fields=["organization", "provider_message_id"], name="outbox_of_message"),
            models.Index(fields=["settled_at"], name="outbox_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}: {self.state}"

    @property
    def settled(self) -> bool:
        return self.settled_at is not None
