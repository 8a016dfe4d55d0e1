from collections.abc import Mapping

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from extensions.core import lanes, queries
from extensions.core.lanes import meter
from extensions.core.models import CallCount, ExtensionConfig, Lane
from extensions.core.presenting import calls_by_purpose, month_label
from iotdash.accounts.support import staff_source
from iotdash.audit.services import record
from iotdash.lib.admin import NotDone, ReadOnlyAdmin, link


@admin.register(Lane)
class LaneAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "block", "blocked_until", "failures", "last_call_at", "message_due_at")
    list_filter = ("block", "blocked_until", "last_call_at")
    search_fields = ("^key",)
    exclude = ("key",)
    actions = ("try_now",)
    readonly_fields = ("call_meter",)

    @admin.display(description="Call meter")
    def call_meter(self, lane: Lane) -> SafeString:
        """What the organizations' pages show, and for whom: here that is told."""
        config = lane.configs.filter(removed_at=None).first()
        account, of_each = meter.read_all(lane, config and queries.quota_of(config))
        configs = ExtensionConfig.objects.select_related("organization").in_bulk(of_each)
        context = {
            "meter": account,
            "month_label": month_label(account),
            "rows": calls_by_purpose(account),
            "configurations": [(_name(config_id, configs), its) for config_id, its in of_each.items()],
        }
        return render_to_string("extensions/calls/support.html", context)

    @admin.action(description="Try chosen lanes now", permissions=["act"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[Lane]) -> None:
        self.each(request, queryset, lambda lane: _try(request, lane))


def _name(config_id: int, configs: Mapping[int, ExtensionConfig]) -> SafeString | str:
    """Counts outlive what they were made for."""
    if not config_id:
        return "Settings that were not saved yet"
    config = configs.get(config_id)
    if config is None:
        return f"Configuration {config_id}, which is gone"
    return format_html("{} of {}", link(config), link(config.organization))


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
