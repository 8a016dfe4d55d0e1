"""The list of members; the URL is its state. Who manages members sees more of them than who does not."""

from typing import Any

from django.http import HttpRequest

from iotdash.lib.lists import Column, Filter, ListState, bounded_count, page
from iotdash.organizations.authorization import may
from iotdash.organizations.listing import around, headers
from iotdash.organizations.members import queries
from iotdash.organizations.roles import MANAGE_MEMBERS, Role

COLUMNS = (Column("email", "Email address", sortable=True, order_by="user__email"), Column("role", "Role"))
MANAGED_COLUMNS = (
    *COLUMNS,
    Column("state", "State"),
    Column("second_factor", "Two-step"),
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
    return around(request, state, found, bounded_count(members), "member") | {
        "rows": found.rows,
        "managing": managing,
        "headers": headers(columns, state),
    }
