from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from extensions.core.models import Operation
from extensions.core.services import retrying
from extensions.core.words import operation_title
from iotdash.accounts.support import staff_source
from iotdash.lib.admin import NotDone, ReadOnlyAdmin


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    list_display = ("title", "subject", "organization", "state", "asked_by", "asked_at", "settled_at")
    list_filter = ("state", "kind", "asked_at", ("settled_at", admin.EmptyFieldListFilter), "config__slug")
    list_select_related = ("organization", "config")
    search_fields = ("=public_id", "=organization__public_id")
    searched_everywhere = 7
    link_lookups = ("subject",)
    readonly_fields = ("public_id",)
    exclude = ("holder",)
    actions = ("retry",)

    @admin.display(description="operation")
    def title(self, row: Operation) -> str:
        return operation_title(row)

    @admin.action(description="Ask chosen operations again", permissions=["act"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Operation]) -> None:
        rows = queryset.select_related("organization", "config__organization", "device__device_type")
        self.each(request, rows, lambda operation: _retry(request, operation))


def _retry(request: HttpRequest, operation: Operation) -> str:
    try:
        asked = retrying.retry(operation, staff_source(request, operation.organization.public_id))
    except retrying.NotRetried as refusal:
        raise NotDone(str(refusal)) from refusal
    return f"Asked again, as operation {asked.public_id}."
