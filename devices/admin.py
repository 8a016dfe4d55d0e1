"""Support's view of devices: reading only, so that every change goes through services and the activity log."""

from django.contrib import admin
from django.http import HttpRequest

from devices.models import Device, DeviceIdentifier, DeviceType


class _ReadOnly(admin.ModelAdmin):
    show_full_result_count = False
    list_select_related = ("organization",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(DeviceType)
class DeviceTypeAdmin(_ReadOnly):
    list_display = ("type_id", "class_id", "organization", "updated_at")
    search_fields = ("type_id__startswith", "organization__public_id__exact")


@admin.register(Device)
class DeviceAdmin(_ReadOnly):
    list_display = ("device_id", "device_type", "organization", "serial_number", "registered_at")
    list_select_related = ("organization", "device_type")
    search_fields = ("device_id__startswith", "serial_number__startswith", "organization__public_id__exact")
    exclude = ("token_digest",)


@admin.register(DeviceIdentifier)
class DeviceIdentifierAdmin(_ReadOnly):
    list_display = ("key", "value", "device", "organization")
    list_select_related = ("organization", "device")
    search_fields = ("value__startswith", "organization__public_id__exact")
