"""Who did what, on what, from where. Plain values, no foreign keys: an entry outlives all that it names."""

from django.db import models
from django.utils import timezone


class ActivityEntry(models.Model):
    at = models.DateTimeField(default=timezone.now, editable=False)
    organization = models.CharField("organization id", max_length=6, blank=True)
    actor = models.CharField(max_length=254, help_text="Email address, id of an API key, or a process.")
    action = models.CharField(max_length=64, help_text='In the past tense: "device added".')
    target_kind = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField("network address", null=True, blank=True)
    via = models.CharField(
        max_length=16,
        blank=True,
        help_text='"staff": done by support staff on the support pages. "api": by a program, through the REST API.',
    )

    class Meta:
        verbose_name_plural = "activity entries"
        indexes = [
            models.Index(fields=["organization", "-at", "-id"], name="activity_by_time"),
            models.Index(fields=["organization", "action", "-at"], name="activity_by_action"),
            models.Index(fields=["organization", "actor", "-at"], name="activity_by_actor"),
            models.Index(fields=["organization", "target_kind", "target", "-at"], name="activity_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action} {self.target}"
