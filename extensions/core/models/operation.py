import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from devices.fields import ExactTextField
from devices.models import Device
from extensions.core.models.configuration import ExtensionConfig
from iotdash.organizations.models import Organization


class State(models.TextChoices):
    """Asked and confirmed are two things: `accepted` means only that the provider took the request."""

    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    CONFIRMED = "confirmed", "Confirmed"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    TIMED_OUT = "timed out", "Timed out"
    UNKNOWN = "unknown", "Unknown"


UNSETTLED = Q(settled_at=None)


class Operation(models.Model):
    """Something asked of an external service about a subject, and what became of it.

    The device is optional and its identity copied: history outlives it. `settled_at` is set once nothing more will be
    tried; until then `state` says how far it got. `unknown` is unsettled while a read-back may still find out.
    """

    PEOPLE, JOB, BACKGROUND = 0, 3, 5

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="operations")
    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, related_name="operations")
    subject = ExactTextField(max_length=100)
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, blank=True, related_name="operations")
    device_type_id_copy = models.CharField("device type", max_length=36, blank=True)
    device_id_copy = ExactTextField("device id", max_length=36, blank=True)

    operation_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=12)
    parameters = models.JSONField(default=dict)
    priority = models.PositiveSmallIntegerField(default=PEOPLE)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False, help_text="One-time key of the form.")

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    sentence = models.CharField(max_length=500, blank=True)
    error = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=80, blank=True)
    words = models.CharField(max_length=500, blank=True)
    result = models.JSONField(default=dict)
    reference = models.CharField(max_length=80, blank=True, help_text="The provider's own id.")

    attempts = models.PositiveSmallIntegerField(default=0)
    holder = models.CharField(max_length=64, blank=True)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    confirm_by = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["config", "subject", "operation_id"],
                condition=UNSETTLED & ~Q(kind="read"),
                name="one_unsettled_write_of_a_kind",
            ),
            models.UniqueConstraint(fields=["organization", "form_key"], name="form_sent_once"),
        ]
        indexes = [
            models.Index(
                fields=["config", "priority", "next_attempt_at", "id"],
                condition=UNSETTLED,
                name="operation_due",
            ),
            models.Index(fields=["config", "subject", "-asked_at"], name="operation_of_subject"),
            models.Index(fields=["organization", "-asked_at"], name="operation_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id} of {self.subject or 'the account'}: {self.state}"

    @property
    def settled(self) -> bool:
        return self.settled_at is not None
