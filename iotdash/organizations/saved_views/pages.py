"""The lists of which views can be saved: registered by whoever has the list."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict

from iotdash.lib.lists import ListState
from iotdash.organizations.models import Membership


@dataclass(frozen=True)
class ListPage:
    """`url_name` reverses with the organization's public id as only kwarg, `org`.

    `read` says what the list makes of a query, for that member; it raises BadListQuery.
    """

    name: str
    label: str
    url_name: str
    read: Callable[[Membership, QueryDict], ListState]


_pages: dict[str, ListPage] = {}


def register(page: ListPage) -> None:
    """Called from AppConfig.ready()."""
    _pages[page.name] = page


def pages() -> tuple[ListPage, ...]:
    return tuple(_pages.values())


def page_of(name: str) -> ListPage | None:
    """None for a list that is not installed."""
    return _pages.get(name)
