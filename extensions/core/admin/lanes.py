from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.models import CallCount, Lane
from iotdash.accounts.support import staff_source
from iotdash.audit.services import record
from iotdash.lib.admin import NotDone, ReadOnlyAdmin


@admin.register(Lane)
class LaneAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "block", "blocked_until", "failures", "last_call_at", "message_due_at")
    list_filter = ("block", "blocked_until", "last_call_at")
    search_fields = ("^key",)
    exclude = ("key",)
    actions = ("try_now",)

    @admin.action(description="Try chosen lanes now", permissions=["act"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[Lane]) -> None:
        self.each(request, queryset, lambda lane: _try(request, lane))


def _try(request: HttpRequest, lane: Lane) -> str:
    if lane.block in (Lane.Block.THROTTLED, Lane.Block.QUOTA_SPENT):
        until = f" until {timezone.localtime(lane.blocked_until):%H:%M:%S}" if lane.blocked_until else ""
        raise NotDone(f"The provider itself said to wait{until} ({lane.get_block_display().lower()}).")
    if not lane.block:
        raise NotDone("It is open.")
    lanes.try_now(lane.pk)
    lanes.wake(lane.pk)
    for config in lane.configs.filter(removed_at=None).select_related("organization"):
        record(staff_source(request, config.organization.public_id), "lane tried again", "extension", config.name)
    return "Its waiting work is tried at once."


@admin.register(CallCount)
class CallCountAdmin(ReadOnlyAdmin):
    list_display = ("begins", "lane", "purpose", "config_id", "calls", "failed", "throttled", "seconds")
    list_filter = ("begins", "purpose", "seconds")
    list_select_related = ("lane",)
    search_fields = ("=lane__key", "=config_id")
