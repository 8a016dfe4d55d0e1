"""The activity page: who did what, when, filtered by the URL."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iotdash.lib import htmx
from iotdash.lib.lists import ListState, bounded_count, page
from iotdash.organizations import queries
from iotdash.organizations.activity import FILTERS, conditions, readable, state_of
from iotdash.organizations.forms import ActivityFilterForm
from iotdash.organizations.scoping import organization_view


@require_safe
@organization_view()
def activity(request: HttpRequest) -> HttpResponse:
    context = _context(request)
    part = {"activity": "organizations/_activity.html"}
    return htmx.render(request, "organizations/activity.html", context, part=part)


def _context(request: HttpRequest) -> dict[str, Any]:
    state = state_of(request.GET)
    entries = queries.activity(request.membership, **conditions(state))
    found = page(entries, order_by="-at", cursor=state.cursor, size=state.size)
    count = bounded_count(entries)
    filtered = bool(state.search or state.filters)
    return {
        "rows": [(entry, readable(entry.details)) for entry in found.rows],
        "count_text": f"{count} {'entry' if count.value == 1 else 'entries'}",
        "form": ActivityFilterForm(request.membership, state),
        "state": state,
        "list_query": urlencode(state.parameters()),
        "filtered": filtered,
        "clear_url": request.path if filtered else "",
        "chips": _chips(state),
        "keep": [(name, value) for name, value in state.parameters() if name == "size"],
        "next_url": found.next_cursor and state.query(cursor=found.next_cursor),
        "previous_url": found.previous_cursor and state.query(cursor=found.previous_cursor),
    }


def _chips(state: ListState) -> list[dict[str, str]]:
    """One for each filter in use; its link drops it."""
    chips = [
        {"label": f"{each.label}: {state.value(each.name)}", "remove_url": state.query(**{each.name: None})}
        for each in FILTERS
        if each.name in state.filters
    ]
    if state.search:
        chips.insert(0, {"label": f"On what: {state.search}…", "remove_url": state.query(search="")})
    return chips
