"""The list of API keys; the URL is its state."""

from typing import Any

from django.http import HttpRequest

from iotdash.lib.lists import Column, Filter, ListState, bounded_count, page
from iotdash.organizations.keys import queries
from iotdash.organizations.listing import around, headers
from iotdash.organizations.models import ApiKey
from iotdash.organizations.roles import Role

COLUMNS = (
    Column("name", "Name and ID"),
    Column("role", "Role"),
    Column("state", "State"),
    Column("made", "Made", sortable=True, order_by="created_at"),
    Column("used", "Last used", sortable=True, order_by="last_used_at"),
)
FILTERS = (
    Filter("state", "State", choices=tuple(ApiKey.State.choices)),
    Filter("role", "Role", choices=tuple(Role.choices)),
    Filter("maker", "Made by", choices=((queries.MINE, "Me"), (queries.WITHOUT_MAKER, "Former members"))),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """Raises BadListQuery."""
    state = ListState.from_query(request.GET, COLUMNS, FILTERS, default_sort="-made")
    exact = {name: state.value(name) for name in ("state", "role", "maker")}
    found = queries.matching(request.membership, search=state.search, **exact)
    listed = page(found, order_by=state.order_by, cursor=state.cursor, size=state.size)
    return around(request, state, listed, bounded_count(found), "API key") | {
        "rows": listed.rows,
        "headers": headers(COLUMNS, state),
    }
