"""Support's view of devices: reading only, so that every change goes through services and the activity log."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from devices.models import (
    Device,
    DeviceIdentifier,
    DeviceImport,
    DeviceImportProblem,
    DeviceType,
    DiagnosticErrorCode,
    DiagnosticLog,
    EventCache,
    Tag,
    TagSet,
)
from iotdash.lib.admin import ReadOnlyAdmin


@admin.register(DeviceType)
class DeviceTypeAdmin(ReadOnlyAdmin):
    list_display = ("type_id", "class_id", "organization", "updated_at")
    list_filter = ("class_id", "created_at")
    list_select_related = ("organization",)
    search_fields = ("^type_id", "=organization__public_id")


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    list_display = ("device_id", "device_type", "organization", "serial_number", "registered_at")
    list_filter = ("registered_at", "updated_at")
    list_select_related = ("organization", "device_type")
    search_fields = ("^device_id", "^serial_number", "=organization__public_id")
    searched_everywhere = 3
    exclude = ("token_digest",)
    readonly_fields = (
        "registered_at",
        "registered_by",
        "registered_kind",
        "token_issued_at",
        "located_at",
        "alert_at",
        "reported_at",
        "tag_set",
    )


@admin.register(DeviceIdentifier)
class DeviceIdentifierAdmin(ReadOnlyAdmin):
    list_display = ("key", "value", "device", "organization")
    list_filter = ("device__device_type__class_id",)
    list_select_related = ("organization", "device")
    search_fields = ("^value", "=organization__public_id")
    searched_everywhere = 4

    def found_of(self, row: DeviceIdentifier) -> str:
        return f"device {row.device}, {row.organization}"


class DiagnosticAdmin(ReadOnlyAdmin):
    list_select_related = ("organization", "device")
    search_fields = ("=device__device_id", "=organization__public_id")
    readonly_fields = ("received_at",)

    def found_of(self, row: DiagnosticLog | DiagnosticErrorCode) -> str:
        return f"device {row.device}, {row.organization}"


@admin.register(DiagnosticLog)
class DiagnosticLogAdmin(DiagnosticAdmin):
    list_display = ("__str__", "device", "organization", "happened_at", "size")
    list_filter = ("severity", "received_at")
    readonly_fields = ("public_id", "size", "received_at")


@admin.register(DiagnosticErrorCode)
class DiagnosticErrorCodeAdmin(DiagnosticAdmin):
    list_display = ("error_code", "device", "organization", "happened_at", "received_at")
    list_filter = ("received_at",)


@admin.register(EventCache)
class EventCacheAdmin(ReadOnlyAdmin):
    list_display = ("organization", "enabled", "days")
    list_filter = ("enabled",)
    list_select_related = ("organization",)
    search_fields = ("=organization__public_id",)


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    list_display = ("name", "organization", "colour")
    list_filter = ("colour",)
    list_select_related = ("organization",)
    search_fields = ("^folded", "=organization__public_id")
    readonly_fields = ("folded",)


@admin.register(TagSet)
class TagSetAdmin(ReadOnlyAdmin):
    list_display = ("key", "names", "organization")
    list_filter = ("tags__colour",)
    list_select_related = ("organization",)
    search_fields = ("=key", "=organization__public_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TagSet]:
        return super().get_queryset(request).prefetch_related("tags")

    @admin.display(description="tags")
    def names(self, row: TagSet) -> str:
        return ", ".join(sorted(tag.name for tag in row.tags.all()))


@admin.register(DeviceImport)
class DeviceImportAdmin(ReadOnlyAdmin):
    """Without the file: what is in it is the organization's."""

    list_display = ("created_at", "organization", "what", "file_name", "created_by", "confirmed_at")
    list_filter = ("what", "created_at")
    list_select_related = ("organization",)
    search_fields = ("=organization__public_id", "=public_id", "=job_id")
    exclude = ("content",)
    readonly_fields = ("public_id", "check_id", "job_id")


@admin.register(DeviceImportProblem)
class DeviceImportProblemAdmin(ReadOnlyAdmin):
    list_display = ("device_import", "row", "column", "heading", "words")
    list_filter = ("device_import__what",)
    list_select_related = ("device_import",)
    search_fields = ("=device_import__organization__public_id",)
