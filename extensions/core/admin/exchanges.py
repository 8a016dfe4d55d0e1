from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from extensions.core.models import Exchange
from extensions.core.words import NOT_ANSWERED
from iotdash.lib.admin import ReadOnlyAdmin


class _WhyNot(admin.SimpleListFilter):
    """In the words of the other pages; Django's own would list the codes, and an empty one without a word."""

    title = "why no answer came"
    parameter_name = "error"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return list(NOT_ANSWERED.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Exchange]) -> QuerySet[Exchange]:
        return queryset.filter(error=self.value()) if self.value() else queryset


@admin.register(Exchange)
class ExchangeAdmin(ReadOnlyAdmin):
    """What was said to a service; it was redacted before it was stored."""

    list_display = ("purpose", "config", "method", "url", "status", "error", "seconds", "at")
    list_filter = ("failed", _WhyNot, "at")
    list_select_related = ("config",)
    search_fields = ("=operation", "=config__organization__public_id")
    date_hierarchy = "at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exchange]:
        return super().get_queryset(request).defer("request", "response")
