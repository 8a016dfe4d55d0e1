"""Support's view of devices: reading only, so that every change goes through services and the activity log."""

from django.contrib import admin

from devices.models import Device, DeviceIdentifier, DeviceType
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
    readonly_fields = ("registered_at", "registered_by", "token_issued_at", "located_at")


@admin.register(DeviceIdentifier)
class DeviceIdentifierAdmin(ReadOnlyAdmin):
    list_display = ("key", "value", "device", "organization")
    list_filter = ("device__device_type__class_id",)
    list_select_related = ("organization", "device")
    search_fields = ("^value", "=organization__public_id")
    searched_everywhere = 4

    def found_of(self, row: DeviceIdentifier) -> str:
        return f"device {row.device}, {row.organization}"
