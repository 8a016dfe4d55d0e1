import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

# What is kept of a subject that is longer would be of no use to anybody.
LONGEST_SENTENCE = 500


class Job(models.Model):
    """Work on many things at once, asked for by one person or program, with a row for each thing.

    It is rehearsed first: its items are there, with what would become of each, and nothing happens before it is
    confirmed. `next_at` is when it is looked at next; empty while there is nothing to look at. What of it is under way
    when it is paused or cancelled goes on to its end, so `ended_at` may come later.
    """

    class State(models.TextChoices):
        # Its items are being written or deleted, and nobody is shown it.
        DRAFT = "draft", "Draft"
        REHEARSED = "rehearsed", "Not confirmed"
        HELD = "held", "Held"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        CANCELLED = "cancelled", "Cancelled"
        FINISHED = "finished", "Finished"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.CharField("organization id", max_length=6)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    forecast = models.JSONField(default=dict, help_text="What the rehearsal found.")
    form_key = models.UUIDField(null=True, editable=False, help_text="One-time key of the form that asked for it.")

    state = models.CharField(max_length=10, choices=State.choices, default=State.REHEARSED)
    sentence = models.CharField(max_length=LONGEST_SENTENCE, blank=True, help_text="Why it does not go on.")
    total = models.PositiveIntegerField(default=0)
    stop_after = models.PositiveIntegerField(null=True, blank=True, help_text="Errors after which it is paused.")
    counts = models.JSONField(default=dict, help_text="Items by state, once it has ended.")
    errors_forgiven = models.PositiveIntegerField(default=0, help_text="Errors at the last resumption.")

    asked_by = models.CharField(max_length=254)
    asked_from = models.GenericIPAddressField(null=True, blank=True)
    asked_via = models.CharField(max_length=10, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    held_until = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "form_key"], name="job_form_sent_once")]
        indexes = [
            models.Index(fields=["organization", "-asked_at"], name="job_by_time"),
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="job_due"),
            models.Index(fields=["ended_at"], name="job_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.state}"

    @property
    def ended(self) -> bool:
        return self.ended_at is not None


class JobItem(models.Model):
    """One thing of a job. `target` is its row among its own kind, `given` what was given for it.

    What has a `group` of its own goes on while another group has to wait, for instance for another carrier.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        UNDER_WAY = "under way", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"
        LEFT_OUT = "left out", "Left out"
        CANCELLED = "cancelled", "Cancelled"

    # Both indexes below begin with it.
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveIntegerField()
    subject = models.CharField(max_length=200)
    target = models.BigIntegerField(null=True, blank=True)
    group = models.CharField(max_length=40, blank=True, help_text="Items that wait for the same thing share it.")
    given = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    sentence = models.CharField(max_length=LONGEST_SENTENCE, blank=True)
    reference = models.CharField(max_length=100, blank=True, help_text="What was asked for this item elsewhere.")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="one_item_at_a_position")]
        indexes = [models.Index(fields=["job", "state", "group", "position"], name="job_item_by_state")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.state}"
