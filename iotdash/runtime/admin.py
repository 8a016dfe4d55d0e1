from django.contrib import admin

from iotdash.lib.admin import ReadOnlyAdmin
from iotdash.runtime.models import Heartbeat, KeyMark, Lease


@admin.register(Lease)
class LeaseAdmin(ReadOnlyAdmin):
    list_display = ["name", "holder", "expires_at"]
    list_filter = ["expires_at"]
    search_fields = ["^name", "=holder"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "at"]
    list_filter = ["at"]
    search_fields = ["^name"]


@admin.register(KeyMark)
class KeyMarkAdmin(ReadOnlyAdmin):
    """When a key was first met or changed."""

    list_display = ["name", "noted_at"]
    list_filter = ["noted_at"]
    search_fields = ["^name"]
    exclude = ["mark"]
    readonly_fields = ["noted_at"]
