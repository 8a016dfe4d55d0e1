from django.contrib import admin

from extensions.core.models import InboundCount, InboundEvent, InboundHook
from iotdash.lib.admin import ReadOnlyAdmin


@admin.register(InboundHook)
class InboundHookAdmin(ReadOnlyAdmin):
    list_display = ("config", "last_received_at", "refused_at", "refused_reason", "version")
    list_filter = ("last_received_at", "refused_at", "config__slug")
    list_select_related = ("config",)
    search_fields = ("^config__name", "=config__organization__public_id")


@admin.register(InboundCount)
class InboundCountAdmin(ReadOnlyAdmin):
    list_display = ("begins", "hook", "received", "refused")
    list_filter = ("begins", "hook__config__slug")
    list_select_related = ("hook",)
    search_fields = ("=hook__config__organization__public_id",)


@admin.register(InboundEvent)
class InboundEventAdmin(ReadOnlyAdmin):
    """What a service told; the message it came with, and how it was signed, are not kept."""

    list_display = ("key", "config", "state", "problem", "attempts", "received_at", "processed_at")
    list_filter = ("state", "config__slug", "received_at")
    list_select_related = ("config",)
    search_fields = ("=key", "=config__organization__public_id")
    date_hierarchy = "received_at"
