"""What a carrier's new record of a SIM says otherwise than the one before."""

from django.db import models
from django.utils import timezone

from extensions.core.models import ExtensionConfig
from extensions.sims.models.sims import Sim


class StateChange(models.Model):
    """A SIM was seen in another state than before. Kept for ninety days."""

    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, related_name="state_changes", db_index=False)
    sim = models.ForeignKey(Sim, on_delete=models.CASCADE, related_name="state_changes")
    before = models.CharField("state before", max_length=40)
    after = models.CharField("state since", max_length=40)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["config", "seen_at", "id"], name="state_change_by_time"),
            models.Index(fields=["seen_at"], name="state_change_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.sim_id} on {self.seen_at:%Y-%m-%d}"
