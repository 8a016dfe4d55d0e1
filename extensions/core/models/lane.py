from django.db import models
from django.utils import timezone


class Lane(models.Model):
    """The single queue through which all calls to one external account pass, whatever organizations use it.

    `key` is a keyed digest of the account, or a throw-away name for credentials that nothing has proved yet.
    """

    class Block(models.TextChoices):
        NONE = "", "Open"
        THROTTLED = "throttled", "Throttled"
        QUOTA_SPENT = "quota spent", "Quota spent"
        UNREACHABLE = "unreachable", "Unreachable"

    key = models.CharField(max_length=80, unique=True)
    per_second = models.FloatField(default=1)
    last_call_at = models.DateTimeField(default=timezone.now)
    recent_calls = models.JSONField(default=list, help_text="Unix times of the newest calls, when each was answered.")
    block = models.CharField(max_length=12, choices=Block.choices, blank=True)
    blocked_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Calls that failed since the last that did not.")
    message_due_at = models.DateTimeField(null=True, blank=True, help_text="When the message on its way is due.")

    def __str__(self) -> str:
        return f"lane {self.key[:12]}"
