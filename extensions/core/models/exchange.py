from django.db import models
from django.utils import timezone

from extensions.core.models.check import ConnectionCheck
from extensions.core.models.configuration import ExtensionConfig


class Exchange(models.Model):
    """One call to an external service and its answer, redacted before it came here; the newest are kept for support.

    It belongs to a configuration or, while there is none yet, to the check of a draft. `request` and `response` are
    {"headers": {…}, "others": 0, "body": {"kind", "size", "text", "cut"}}; `response` is null if no whole answer came.
    """

    at = models.DateTimeField(default=timezone.now)
    config = models.ForeignKey(
        ExtensionConfig, on_delete=models.CASCADE, null=True, related_name="exchanges", db_index=False
    )
    check_asked = models.ForeignKey(ConnectionCheck, on_delete=models.CASCADE, null=True, related_name="exchanges")
    purpose = models.CharField(max_length=80, help_text="What the call was for: a check, an operation, a read-back.")
    operation = models.UUIDField(null=True, help_text="Public id of the operation, which may be gone.")
    method = models.CharField(max_length=10)
    url = models.TextField(help_text="Redacted.")
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=40, blank=True, help_text="Why no whole answer came.")
    sent = models.BooleanField(default=True, help_text="Whether the request may have reached the service.")
    failed = models.BooleanField(help_text="No answer, or one with a status of 400 or more.")
    seconds = models.FloatField()
    size = models.PositiveIntegerField(help_text="Characters stored for it.")
    request = models.JSONField()
    response = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["config", "failed", "id"], name="exchange_of_configuration"),
            models.Index(fields=["at"], name="exchange_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.method} for {self.purpose} at {self.at:%Y-%m-%d %H:%M:%S}"
