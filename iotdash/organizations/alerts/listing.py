"""The lists of alerts, open and resolved; the URL is their state."""

from typing import Any

from django.http import HttpRequest

from iotdash.lib.lists import Column, Filter, ListState, bounded_count, page
from iotdash.organizations.alerts import queries
from iotdash.organizations.listing import around, headers

_ALERT, _RULE = Column("alert", "Alert"), Column("rule", "Rule")
OPEN_COLUMNS = (_ALERT, _RULE, Column("raised", "Raised", sortable=True, order_by="raised_at"))
RESOLVED_COLUMNS = (_ALERT, _RULE, Column("resolved", "Resolved", sortable=True, order_by="resolved_at"))


def alerts(request: HttpRequest, *, resolved: bool) -> dict[str, Any]:
    """Raises BadListQuery."""
    organization, columns = request.organization, RESOLVED_COLUMNS if resolved else OPEN_COLUMNS
    rules = tuple((str(pk), name) for pk, name in organization.alert_rules.order_by("name").values_list("pk", "name"))
    filters = (Filter("rule", "Rule", choices=rules),)
    state = ListState.from_query(request.GET, columns, filters, default_sort=f"-{columns[-1].name}")
    found = queries.alerts(organization, rule=state.value("rule"), search=state.search, resolved=resolved)
    listed = page(found, order_by=state.order_by, cursor=state.cursor, size=state.size)
    return around(request, state, listed, bounded_count(found), "alert") | {
        "rows": listed.rows,
        "headers": headers(columns, state),
        "resolved": resolved,
        "any_rule": bool(rules),
    }
