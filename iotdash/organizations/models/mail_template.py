from django.db import models
from django.utils import timezone

from iotdash.organizations.models.organization import Organization


class MailTemplate(models.Model):
    """An organization's own wording of a message; without a row the product's own is sent."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="mail_templates")
    kind = models.CharField(max_length=40, help_text='Which message: "invitation".')
    subject = models.CharField(max_length=200)
    body = models.TextField(max_length=5000)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.CharField(max_length=254, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "kind"], name="one_template_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.organization_id}"
