"""What stands around the lists of this app: filter bar, chips, and the number of rows."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest

from iotdash.lib.lists import Column, Count, ListState, Page


def around(request: HttpRequest, state: ListState, found: Page, count: Count, what: str) -> dict[str, Any]:
    """Context of `components/filter_bar.html` and `pager`; `what` is the singular of the rows."""
    filtered = bool(state.search or state.filters)
    return {
        "state": state,
        "list_query": urlencode(state.parameters()),
        "form": _form(state),
        "filtered": filtered,
        "clear_url": request.path if filtered else "",
        "chips": _chips(state),
        "keep": [(name, value) for name, value in state.parameters() if name in ("sort", "size")],
        "count_text": f"{count} {what if count.value == 1 else what + 's'}",
        "next_url": found.next_cursor and state.query(cursor=found.next_cursor),
        "previous_url": found.previous_cursor and state.query(cursor=found.previous_cursor),
    }


def headers(columns: Iterable[Column], state: ListState) -> list[dict[str, str]]:
    """Parameters of `sort_header`, one each."""
    return [_header(column, state) for column in columns]


def _header(column: Column, state: ListState) -> dict[str, str]:
    direction = ""
    if state.sort.removeprefix("-") == column.name:
        direction = "descending" if state.sort.startswith("-") else "ascending"
    return {
        "label": column.label,
        "url": state.sort_query(column.name) if column.sortable else "",
        "direction": direction,
    }


def _form(state: ListState) -> forms.Form:
    form = forms.Form(initial={name: state.value(name) for name in state.filters}, auto_id="filter-%s")
    for each in state.definition.filters:
        choices = [("", "Any"), *each.choices]
        form.fields[each.name] = forms.ChoiceField(label=each.label, required=False, choices=choices)
    return form


def _chips(state: ListState) -> list[dict[str, str]]:
    """One for each filter in use; its link drops it."""
    chips = [
        {
            "label": f"{each.label}: {dict(each.choices)[state.value(each.name)]}",
            "remove_url": state.query(**{each.name: None}),
        }
        for each in state.definition.filters
        if each.name in state.filters
    ]
    if state.search:
        chips.insert(0, {"label": f"Begins with: {state.search}", "remove_url": state.query(search="")})
    return chips
