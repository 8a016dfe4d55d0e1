"""The list of saved views; the URL is its state."""

from typing import Any

from django.http import HttpRequest

from iotdash.lib.lists import Column, Filter, ListState, bounded_count, page
from iotdash.organizations.listing import around, headers
from iotdash.organizations.models import Membership, SavedView
from iotdash.organizations.saved_views import queries
from iotdash.organizations.saved_views.pages import page_of, pages

COLUMNS = (Column("name", "Name", sortable=True), Column("list", "List"), Column("whose", "Whose"))
WHOSE = (("own", "My own"), ("shared", "Shared"))


def views(request: HttpRequest) -> dict[str, Any]:
    """Raises BadListQuery."""
    filters = (
        Filter("list", "List", tuple((each.name, each.label) for each in pages())),
        Filter("whose", "Whose", WHOSE),
    )
    state = ListState.from_query(request.GET, COLUMNS, filters, default_sort="name")
    found = _matching(request.membership, state)
    listed = page(found, order_by=state.order_by, cursor=state.cursor, size=state.size)
    owners = request.organization.memberships.filter(user__in={view.owner_id for view in listed.rows} - {None})
    members = set(owners.values_list("user", flat=True))
    return around(request, state, listed, bounded_count(found), "view") | {
        "rows": [_row(request.membership, view, view.owner_id in members) for view in listed.rows],
        "headers": headers(COLUMNS, state),
    }


def _matching(membership: Membership, state: ListState) -> Any:
    found = queries.visible(membership)
    if state.search:
        found = found.filter(name__istartswith=state.search)
    if state.value("list"):
        found = found.filter(page=state.value("list"))
    whose = {"own": {"owner": membership.user}, "shared": {"shared": True}}
    return found.filter(**whose.get(state.value("whose"), {}))


def _row(membership: Membership, view: SavedView, of_member: bool) -> dict[str, Any]:
    of = page_of(view.page)
    return {
        "view": view,
        "list": of.label if of else view.page,
        "of_member": of_member,
        "own": view.owner_id == membership.user_id,
        "may_change": queries.may_change(membership, view),
    }
