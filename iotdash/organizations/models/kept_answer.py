from django.db import models
from django.utils import timezone

from iotdash.organizations.models.organization import Organization


class KeptAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, for when it is sent again. Forgotten after a day.

    `key` stands for the header, who sent it and where to. The answer may hold a token that is shown once, so it is
    encrypted.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="kept_answers")
    key = models.UUIDField(editable=False)
    body_digest = models.CharField(max_length=64, editable=False)
    answer = models.TextField(editable=False)
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "kept answer"
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="answered_once")]
        indexes = [models.Index(fields=["asked_at"], name="kept_answer_by_age")]

    def __str__(self) -> str:
        return f"answer to {self.asked_by} at {self.asked_at:%Y-%m-%d %H:%M}"
