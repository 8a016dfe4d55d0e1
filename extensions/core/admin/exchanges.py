from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from extensions.core.models import Exchange
from iotdash.lib.admin import ReadOnlyAdmin


@admin.register(Exchange)
class ExchangeAdmin(ReadOnlyAdmin):
    """What was said to a service; it was redacted before it was stored."""

    list_display = ("purpose", "config", "method", "url", "status", "error", "seconds", "at")
    list_filter = ("failed", "error", "at")
    list_select_related = ("config",)
    search_fields = ("=operation", "=config__organization__public_id")
    date_hierarchy = "at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exchange]:
        return super().get_queryset(request).defer("request", "response")
