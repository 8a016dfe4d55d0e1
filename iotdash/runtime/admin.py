from django.contrib import admin

from iotdash.lib.admin import ReadOnlyAdmin
from iotdash.runtime.models import Heartbeat, Lease


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
