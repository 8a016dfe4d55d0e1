"""Registry of navigation entries; apps fill it in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class NavEntry:
    """One entry. `url_name` reverses with the organization's public id as only kwarg, `org`.

    `least_role` is compared by the caller (roles are not known here); None shows it to every member.
    `also` names lists below it whose addresses do not begin with its own.
    """

    label: str
    icon: str
    url_name: str
    order: int
    least_role: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class NavContext:
    """Who looks from where: `org` public id, `path` of the request, `allows(role)` of the member."""

    org: str
    path: str
    allows: Callable[[str], bool]


@dataclass(frozen=True)
class NavLink:
    label: str
    icon: str
    url: str
    active: bool


_entries: dict[str, NavEntry] = {}


def register(entry: NavEntry) -> None:
    """Add an entry; the same `url_name` again replaces it, so that ready() may run twice."""
    _entries[entry.url_name] = entry


def entries(context: NavContext) -> list[NavLink]:
    """The links this member sees, in order; the longest address that `path` starts with is active."""
    allowed = [e for e in _entries.values() if e.least_role is None or context.allows(e.least_role)]
    shown = sorted(allowed, key=lambda entry: (entry.order, entry.label))
    urls = {entry: [reverse(name, args=[context.org]) for name in (entry.url_name, *entry.also)] for entry in shown}
    here = max((url for each in urls.values() for url in each if context.path.startswith(url)), key=len, default=None)
    return [NavLink(entry.label, entry.icon, each[0], active=here in each) for entry, each in urls.items()]
