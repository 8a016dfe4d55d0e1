import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from iotdash.organizations.models.organization import Organization

LONGEST_NAME, LONGEST_QUERY = 80, 2_000


class SavedView(models.Model):
    """A name for a list and its query, of one person or shared with the organization.

    `page` names the list in its registry. `columns` are names with commas between, empty for a view that leaves the
    columns as they are: they are no part of `query`, and either stays good when something of the other is gone.
    A shared view stays when its owner is gone.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="saved_views")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    page = models.CharField("list", max_length=40)
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    columns = models.CharField(max_length=LONGEST_QUERY, blank=True)
    shared = models.BooleanField("share with the organization", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "owner", "page", "name"], name="view_name_of_its_owner"),
        ]
        indexes = [models.Index(fields=["organization", "name", "id"], name="saved_view_by_name")]

    def __str__(self) -> str:
        return self.name
