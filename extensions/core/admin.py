"""The rows as they are, for whoever runs the server: to look at, not to change."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from extensions.core.models import DeviceConfiguration, ExtensionConfig, Lane, Operation


class ReadOnlyAdmin(admin.ModelAdmin):
    """Changes go through the pages, which check them and record who made them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(ExtensionConfig)
class ExtensionConfigAdmin(ReadOnlyAdmin):
    list_display = ("name", "slug", "organization", "health", "last_success_at", "paused_at", "removed_at")
    list_filter = ("slug", "health")
    exclude = ("secrets",)


@admin.register(Lane)
class LaneAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "block", "blocked_until", "failures", "last_call_at", "message_due_at")
    list_filter = ("block",)


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    list_display = ("operation_id", "subject", "organization", "state", "asked_by", "asked_at", "settled_at")
    list_filter = ("state", "operation_id")


@admin.register(DeviceConfiguration)
class DeviceConfigurationAdmin(ReadOnlyAdmin):
    list_display = ("device", "version", "changed_by", "changed_at")
