"""The list of jobs, and that of a job's items; the URL is their state."""

from typing import Any

from django.http import HttpRequest, QueryDict

from iotdash.lib.lists import Column, Filter, ListState, bounded_count, page
from iotdash.organizations.jobs import queries
from iotdash.organizations.listing import around, headers
from iotdash.runtime.models import Job, JobItem

COLUMNS = (
    Column("job", "Job"),
    Column("state", "State"),
    Column("progress", "Progress"),
    Column("asked", "Asked for", sortable=True, order_by="asked_at"),
)
_STATES = tuple((state.value, state.label) for state in Job.State if state != Job.State.DRAFT)
FILTERS = (Filter("state", "State", choices=_STATES),)
ITEM_COLUMNS = (Column("position", "No.", sortable=True, order_by="position"), Column("subject", "Of"))
ITEM_FILTERS = (Filter("state", "State", choices=tuple(JobItem.State.choices)),)


def jobs(request: HttpRequest) -> dict[str, Any]:
    """Raises BadListQuery."""
    state = state_of(request.GET)
    found = queries.matching(request.organization, state=state.value("state"), search=state.search)
    listed = page(found, order_by=state.order_by, cursor=state.cursor, size=state.size)
    return around(request, state, listed, bounded_count(found), "job") | {
        "rows": queries.with_progress(listed.rows),
        "headers": headers(COLUMNS, state),
    }


def state_of(query: QueryDict) -> ListState:
    """Raises BadListQuery."""
    return ListState.from_query(query, COLUMNS, FILTERS, default_sort="-asked")


def items(request: HttpRequest, job: Job) -> dict[str, Any]:
    """Raises BadListQuery."""
    state = ListState.from_query(request.GET, ITEM_COLUMNS, ITEM_FILTERS, default_sort="position")
    found = queries.items(job, state=state.value("state"), search=state.search)
    listed = page(found, order_by=state.order_by, cursor=state.cursor, size=state.size)
    return around(request, state, listed, bounded_count(found), "item") | {
        "rows": queries.with_addresses(job, listed.rows)
    }
