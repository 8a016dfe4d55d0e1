from django.contrib import admin
from django.http import HttpRequest

from iotdash.audit.models import ActivityEntry


@admin.register(ActivityEntry)
class ActivityEntryAdmin(admin.ModelAdmin):
    """To read only: a log that can be edited proves nothing."""

    list_display = ["at", "organization", "actor", "action", "target_kind", "target", "address"]
    list_filter = ["target_kind"]
    search_fields = ["=organization", "actor__startswith", "action__startswith", "target__startswith"]
    date_hierarchy = "at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ActivityEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ActivityEntry | None = None) -> bool:
        return False
