from django.contrib import admin

from iotdash.lib.admin import ReadOnlyAdmin
from iotdash.runtime.models import Heartbeat, Job, JobItem, KeyMark, Lease, OutboxMail


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


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnlyAdmin):
    """What organizations wanted sent, and what became of it; nobody's address or text is here."""

    list_display = ["created_at", "organization", "kind", "reference", "state", "attempts", "next_attempt_at", "detail"]
    list_filter = ["state", "kind", "created_at"]
    search_fields = ["=organization", "=reference", "=provider_message_id"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["asked_at", "organization", "title", "state", "total", "asked_by", "next_at", "ended_at"]
    list_filter = ["state", "kind", "asked_at"]
    search_fields = ["=organization", "=public_id", "=asked_by"]


@admin.register(JobItem)
class JobItemAdmin(ReadOnlyAdmin):
    list_display = ["job", "position", "subject", "state", "sentence", "reference", "settled_at"]
    list_filter = ["state"]
    list_select_related = ["job"]
    search_fields = ["=subject", "=reference"]
