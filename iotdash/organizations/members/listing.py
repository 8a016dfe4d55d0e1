"""The list of members; the URL is its state. Who manages members sees more of them than who does not."""

from typing import Any

from django import forms
from django.http import HttpRequest

from iotdash.lib.lists import Column, Count, Filter, ListState, bounded_count, page
from iotdash.organizations.authorization import may
from iotdash.organizations.members import queries
from iotdash.organizations.roles import MANAGE_MEMBERS, Role

COLUMNS = (Column("email", "Email address", sortable=True, order_by="user__email"), Column("role", "Role"))
MANAGED_COLUMNS = (
    *COLUMNS,
    Column("state", "State"),
    Column("second_factor", "Two-step sign-in"),
    Column("last_sign_in", "Last sign-in", sortable=True, order_by="user__last_login"),
    Column("since", "Member since", sortable=True, order_by="created_at"),
)
ROLE = Filter("role", "Role", choices=tuple(Role.choices))
STATE = Filter("state", "State", choices=queries.STATES)


def context(request: HttpRequest) -> dict[str, Any]:
    """Raises BadListQuery."""
    managing = may(request.membership, MANAGE_MEMBERS, request.organization)
    columns, filters = (MANAGED_COLUMNS, (ROLE, STATE)) if managing else (COLUMNS, (ROLE,))
    state = ListState.from_query(request.GET, columns, filters, default_sort="email")
    members = queries.members(
        request.organization,
        # Whoever is kept out is nobody's business but the managers'.
        state=state.value("state") if managing else "active",
        role=state.value("role"),
        search=state.search,
    )
    found = page(members, order_by=state.order_by, cursor=state.cursor, size=state.size)
    return _around(request, state, bounded_count(members)) | {
        "rows": found.rows,
        "managing": managing,
        "headers": [_header(column, state) for column in columns],
        "next_url": found.next_cursor and state.query(cursor=found.next_cursor),
        "previous_url": found.previous_cursor and state.query(cursor=found.previous_cursor),
    }


def _around(request: HttpRequest, state: ListState, count: Count) -> dict[str, Any]:
    filtered = bool(state.search or state.filters)
    return {
        "state": state,
        "form": _form(state),
        "filtered": filtered,
        "clear_url": request.path if filtered else "",
        "chips": _chips(state),
        "keep": [(name, value) for name, value in state.parameters() if name in ("sort", "size")],
        "count_text": f"{count} {'member' if count.value == 1 else 'members'}",
    }


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
