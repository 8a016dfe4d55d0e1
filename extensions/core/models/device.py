from django.db import models
from django.utils import timezone

from devices.models import Device


class DeviceConfiguration(models.Model):
    """The JSON that was confirmed on a device. `version` grows with each change, to notice stale edits.

    Keys of extensions that were removed stay in `document`, inactive, and pass unchanged.
    """

    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="configuration", primary_key=True)
    document = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.CharField(max_length=254)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"configuration of {self.device_id}, version {self.version}"
