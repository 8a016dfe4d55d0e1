import uuid

from django.db import models
from django.utils import timezone

from extensions.core.models.configuration import ExtensionConfig
from extensions.core.models.lane import Lane
from iotdash.organizations.models import Organization


class ConnectionCheck(models.Model):
    """A question to a service: are these settings good? The draft is encrypted and forgotten after an hour.

    `config` is set when the stored settings of an existing configuration are checked.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        SENT = "sent", "Asking"
        PROVED = "proved", "Proved"
        FAILED = "failed", "Failed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="connection_checks")
    slug = models.CharField(max_length=40)
    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, null=True, related_name="checks")
    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="checks")
    draft = models.TextField(editable=False)
    settings_digest = models.CharField(max_length=64, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    holder = models.CharField(max_length=64, blank=True)
    sentence = models.CharField(max_length=500, blank=True)
    error = models.CharField(max_length=40, blank=True, help_text="Name of the contract's error.")
    code = models.CharField(max_length=80, blank=True, help_text="The provider's own code.")
    words = models.CharField(max_length=500, blank=True, help_text="The provider's own words.")
    facts = models.JSONField(default=dict)
    quiet = models.BooleanField(default=False, help_text="No person asked for it.")
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["lane", "state", "id"], name="check_in_lane")]

    def __str__(self) -> str:
        return f"check of {self.slug} at {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def pending(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.SENT)

    @property
    def settled(self) -> bool:
        return not self.pending
