"""Base classes of the support lists."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ShowFacets
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from iotdash.lib.admin import paging, search, showing

MOST_AT_ONCE = 100


class NotDone(Exception):
    """An action leaves a row alone; the message says why."""


class SupportAdmin(admin.ModelAdmin):
    """A list that costs the same at 100 and at 100,000 rows.

    `searched_everywhere` puts it into the search over everything, in that order. `link_lookups` are lookups that links
    of ours use, beside foreign keys. Newest first by the primary key, because sorting by anything else reads every row.
    """

    ordering = ("-pk",)
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = paging.BoundedPaginator
    searched_everywhere = 0
    link_lookups: tuple[str, ...] = ()

    @property
    def search_help_text(self) -> str:
        return f"Searches: {search.described(self)}."

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """At most as many as are counted: a beginning that fits every row would else sort all of them."""
        if not search_term.strip():
            return queryset, False
        found = search.find(self, request, queryset, search_term).order_by().values("pk")
        return queryset.filter(pk__in=found[: paging.COUNT_LIMIT + 1]), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Filters and links only: any other would let a hidden column be guessed letter by letter."""
        if lookup in self.link_lookups or lookup in self._foreign_keys():
            return True
        filters = [each[0] if isinstance(each, tuple) else each for each in self.get_list_filter(request)]
        names = [getattr(each, "parameter_name", each) for each in filters]
        return any(lookup == name or lookup.startswith(f"{name}__") for name in names)

    def _foreign_keys(self) -> set[str]:
        fields = [field for field in self.opts.get_fields() if isinstance(field, ForeignKey)]
        return {f"{field.name}__{field.target_field.name}__exact" for field in fields}

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "see_also"] if obj and "see_also" not in fields else fields

    @admin.display(description="See also")
    def see_also(self, row: Model) -> SafeString:
        return showing.as_list([*self.further_links(row), *showing.pointing_here(self.admin_site, row)])

    def further_links(self, row: Model) -> list[tuple[str, str]]:
        """(name, address) of what belongs to a row beside the lists that point at it."""
        return []

    def as_stored(self, text: str) -> str:
        """A search as its columns spell things."""
        return text

    def found_of(self, row: Model) -> str:
        """What a row is of, for a search result: its organization, where it has one."""
        return str(getattr(row, "organization", ""))

    def list_url(self, text: str) -> str:
        """The list with the same search."""
        return showing.list_of(self.model, q=text)

    def each(self, request: HttpRequest, rows: QuerySet, act: Callable[[Any], str]) -> None:
        """Does something to each chosen row and says what happened: the sentence that `act` gives, or its NotDone."""
        chosen = list(rows[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            messages.error(request, f"Choose {MOST_AT_ONCE} at most. Nothing was done.")
            return
        for row in chosen:
            try:
                sentence = act(row)
            except NotDone as refusal:
                messages.warning(request, f"{row}: {refusal}")
            else:
                messages.success(request, f"{row}: {sentence}")
                self.log_change(request, row, sentence)


class ReadOnlyAdmin(SupportAdmin):
    """Rows to look at. Whoever may "change" them by Django's permissions may run the actions, and no more."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request)
