"""From a saved view back to its list."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from iotdash.lib.lists import BadListQuery
from iotdash.organizations.models import Membership, SavedView
from iotdash.organizations.saved_views.pages import ListPage, page_of


@dataclass(frozen=True)
class Opened:
    """`problem` says why it cannot be opened; `missing` are columns that the list does not have any more."""

    url: str = ""
    problem: str = ""
    missing: tuple[str, ...] = ()


def opened(view: SavedView, membership: Membership, columns: str = "") -> Opened:
    """`columns`: those that are shown now, and stay if the view says nothing of columns."""
    page = page_of(view.page)
    if page is None:
        return Opened(problem="The list that it is of is not installed any more.")
    try:
        state = page.read(membership, QueryDict(view.query))
    except BadListQuery as error:
        return Opened(list_url(page, membership), problem=str(error))
    names = [name for name in (view.columns or columns).split(",") if name]
    missing = [name for name in names if state.definition.column(name) is None]
    pairs = [*state.parameters()]
    if known := [name for name in names if name not in missing]:
        pairs.append(("columns", ",".join(known)))
    query = f"?{urlencode(pairs)}" if pairs else ""
    return Opened(f"{list_url(page, membership)}{query}", missing=tuple(missing) if view.columns else ())


def list_url(page: ListPage, membership: Membership) -> str:
    return reverse(page.url_name, kwargs={"org": membership.organization.public_id})
