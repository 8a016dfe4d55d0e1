"""A table of devices between its upload and its confirmation, and what is wrong with it."""

import uuid

from django.db import models
from django.utils import timezone

from iotdash.organizations.models import Organization

LONGEST_VALUE = 100
LONGEST_WORDS = 500


class DeviceImport(models.Model):
    """A CSV or XLSX file of devices, or of their device configuration, and what a dry run found in it.

    `columns` has a name for each column of the file, "" for one that is not read. `check_id` is of the newest dry run:
    what is confirmed is what was looked at. The file is erased when it is confirmed, or forgotten after a day.
    """

    class What(models.TextChoices):
        DEVICES = "devices", "Devices"
        CONFIGURATION = "configuration", "Device configuration"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="device_imports")
    what = models.CharField(max_length=13, choices=What.choices)
    file_name = models.CharField(max_length=200, blank=True)
    content = models.BinaryField(default=b"")
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    update_existing = models.BooleanField(default=False)
    check_id = models.UUIDField(null=True, blank=True, editable=False)
    found = models.JSONField(default=dict, help_text="What the dry run found: numbers of rows, and notes.")
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="device_import_by_time")]

    def __str__(self) -> str:
        return self.file_name or "import"


class DeviceImportProblem(models.Model):
    """What is wrong in one cell of the file, found by the dry run `check_id`. `column` counts from 1; 0: the row."""

    device_import = models.ForeignKey(DeviceImport, on_delete=models.CASCADE, related_name="problems")
    check_id = models.UUIDField(editable=False)
    row = models.PositiveIntegerField()
    column = models.PositiveIntegerField(default=0)
    heading = models.CharField(max_length=LONGEST_VALUE, blank=True)
    value = models.CharField(max_length=LONGEST_VALUE, blank=True)
    words = models.CharField(max_length=LONGEST_WORDS)

    class Meta:
        indexes = [models.Index(fields=["device_import", "check_id", "id"], name="import_problem_in_order")]

    def __str__(self) -> str:
        return f"row {self.row}: {self.words}"
