import uuid

from django.db import models
from django.utils import timezone

from iotdash.organizations.models import Organization


class SettingsDraft(models.Model):
    """What was filled into a set-up form and is not saved yet: pasted credentials, and what was typed beside them.

    Encrypted, and forgotten after an hour.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="settings_drafts")
    slug = models.CharField("extension", max_length=40)
    draft = models.TextField(editable=False)
    made_by = models.CharField(max_length=254)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"draft for {self.slug} at {self.made_at:%Y-%m-%d %H:%M}"
