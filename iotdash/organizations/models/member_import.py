import uuid

from django.db import models
from django.utils import timezone

from iotdash.organizations.models.organization import Organization


class MemberImport(models.Model):
    """A CSV file of people to invite, between its upload and its confirmation, and what became of each row.

    `text` is the file; it is erased when the import is confirmed, or when it was forgotten for a day.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="member_imports")
    file_name = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    options = models.JSONField(default=dict, help_text="Separator, columns and default role.")
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    results = models.JSONField(default=list, help_text="A row each: number, address, role, expiry, outcome, words.")

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="member_import_by_time")]

    def __str__(self) -> str:
        return f"{self.file_name or 'import'} of {self.organization_id}"
