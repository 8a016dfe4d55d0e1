"""What every list has around its rows: headings, filter bar, chips, column chooser, pager."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from iotdash.lib.lists.counting import Count
from iotdash.lib.lists.paging import Page
from iotdash.lib.lists.state import Column, Filter, ListState


class SuggestingInput(forms.TextInput):
    """A text field with suggestions, which are only that: any text may be typed."""

    template_name = "forms/suggesting_input.html"

    def __init__(self, suggestions: Sequence[str]) -> None:
        super().__init__(attrs={"autocomplete": "off", "placeholder": "Any"})
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        list_id = f"{context['widget']['attrs'].get('id', name)}-suggestions"
        context["widget"]["attrs"]["list"] = list_id
        return {**context, "list_id": list_id, "suggestions": self.suggestions}


@dataclass(frozen=True)
class Furniture:
    """`url` is the plain list; `suggestions` are those of filters that take any text."""

    url: str
    state: ListState
    suggestions: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def link(self, **changes: Any) -> str:
        return f"{self.url}{self.state.query(**changes)}"

    def context(self, page: Page, count: Count, what: str) -> dict[str, Any]:
        """`what` is the plural of the rows, for "312 devices"."""
        return {
            "list_url": self.url,
            "search": self.state.search,
            "filtered": bool(self.state.search or self.state.filters),
            "chosen": len(self.state.filters),
            "filter_fields": list(self._filter_form()),
            "filter_keep": self._keep("sort", "columns", "size"),
            "chips": list(self._chips()),
            "next_url": self.link(cursor=page.next_cursor) if page.next_cursor else "",
            "previous_url": self.link(cursor=page.previous_cursor) if page.previous_cursor else "",
            "count": count,
            "summary": _summary(len(page.rows), count, what),
        }

    def headers(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """One per column, for `sort_header`."""
        columns = [self.state.definition.column(name) for name in names]
        return [self._header(column) for column in columns if column is not None]

    def chooser(self, always: str) -> dict[str, Any]:
        """The column chooser; `always` is the column that cannot be switched off."""
        columns = [
            {"name": each.name, "label": each.label, "shown": each.name in self.state.columns}
            for each in self.state.definition.columns
            if each.name != always
        ]
        kept = [pair for pair in self.state.parameters() if pair[0] != "columns"]
        return {"chooser_columns": columns, "chooser_keep": [*kept, ("columns", always)]}

    def _header(self, column: Column) -> dict[str, Any]:
        sorted_by = self.state.sort.removeprefix("-") == column.name
        direction = ("descending" if self.state.sort.startswith("-") else "ascending") if sorted_by else ""
        url = f"{self.url}{self.state.sort_query(column.name)}" if column.sortable else ""
        return {"label": column.label, "url": url, "direction": direction}

    def _filter_form(self) -> forms.Form:
        form = forms.Form(initial=self._chosen(), auto_id="filter-%s")
        for each in self.state.definition.filters:
            form.fields[each.name] = self._filter_field(each)
        return form

    def _filter_field(self, each: Filter) -> forms.Field:
        if each.choices is None:
            widget = SuggestingInput(self.suggestions.get(each.name, ()))
            return forms.CharField(label=each.label, required=False, widget=widget)
        return forms.ChoiceField(label=each.label, required=False, choices=[("", "Any"), *each.choices])

    def _chosen(self) -> dict[str, str]:
        return {name: values[0] for name, values in self.state.filters.items()}

    def _keep(self, *names: str) -> list[tuple[str, str]]:
        return [pair for pair in self.state.parameters() if pair[0] in names]

    def _chips(self) -> Iterable[dict[str, str]]:
        if self.state.search:
            yield {"label": f"Begins with: {self.state.search}", "remove_url": self.link(search="")}
        for each in self.state.definition.filters:
            for value in self.state.filters.get(each.name, ()):
                words = dict(each.choices or ()).get(value, value)
                yield {"label": f"{each.label}: {words}", "remove_url": self.link(**{each.name: None})}


def _summary(shown: int, count: Count, what: str) -> str:
    if count.value == 1:
        return f"1 {what.removesuffix('s')}"
    return f"{count} {what}" if shown == count.value else f"{shown} of {count} {what}"
