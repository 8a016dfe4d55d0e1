from django.contrib import admin
from django.db.models import Model

from iotdash.audit.models import ActivityEntry
from iotdash.lib.admin import ReadOnlyAdmin


@admin.register(ActivityEntry)
class ActivityEntryAdmin(ReadOnlyAdmin):
    """To read only: a log that can be edited proves nothing."""

    list_display = ["at", "organization", "actor", "via", "action", "target_kind", "target", "address"]
    list_filter = ["at", "via", "target_kind"]
    search_fields = ["=organization", "^actor", "^action", "^target"]
    link_lookups = ("organization", "actor", "target_kind", "target")

    def found_of(self, row: Model) -> str:
        return row.organization
