from django.db import models
from django.db.models import Q
from django.utils import timezone

from extensions.core.contract import InboundRecord
from extensions.core.models.configuration import ExtensionConfig


class InboundHook(models.Model):
    """What is known of the address to which a service sends by itself. No row: never used, and never renewed.

    The address itself is nowhere: `inbound.addresses` works it out of `version`, so that whoever reads the database
    cannot send to it.
    """

    config = models.OneToOneField(ExtensionConfig, on_delete=models.CASCADE, primary_key=True, related_name="hook")
    version = models.PositiveIntegerField(default=1, help_text="Grows with each new address; former ones are dead.")
    last_received_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    minute = models.DateTimeField(null=True, editable=False, help_text="The minute whose messages are counted.")
    in_minute = models.PositiveIntegerField(default=0, editable=False)

    def __str__(self) -> str:
        return f"address of configuration {self.config_id}, version {self.version}"


class InboundCount(models.Model):
    """How many messages came to an address in an hour: those that were taken, and those that were not."""

    hook = models.ForeignKey(InboundHook, on_delete=models.CASCADE, related_name="counts")
    begins = models.DateTimeField()
    received = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hook", "begins"], name="one_count_an_hour")]
        indexes = [models.Index(fields=["begins"], name="inbound_count_by_time")]

    def __str__(self) -> str:
        return f"messages from {self.begins:%Y-%m-%d %H:%M}"


class InboundEvent(models.Model):
    """One thing that a service told by itself, kept before anything is made of it.

    Its `key` is kept for longer than services repeat themselves: what is told again is dropped by it. `due_at` is when
    it is processed, or tried again; None once nothing more happens to it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        PROCESSED = "processed", "Processed"
        GIVEN_UP = "given up", "Given up"

    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, related_name="inbound_events", db_index=False)
    key = models.CharField(max_length=120, help_text="The service's own id of it, or a digest of a longer one.")
    payload = models.JSONField()
    at = models.DateTimeField(null=True, help_text="The service's own time of it.")
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    processed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often processing it failed.")
    problem = models.CharField(max_length=80, blank=True, help_text="Why it failed last; the log has the details.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["config", "key"], name="told_once")]
        indexes = [
            models.Index(fields=["config", "id"], name="inbound_event_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["config", "received_at"], name="inbound_event_received"),
            models.Index(fields=["received_at"], name="inbound_event_by_time"),
        ]

    def __str__(self) -> str:
        return f"event {self.key}"

    @property
    def record(self) -> InboundRecord:
        return InboundRecord(self.key, self.payload, self.at)
