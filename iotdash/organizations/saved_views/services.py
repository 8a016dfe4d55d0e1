"""Every change of saved views, with its activity entry. What is private is not named there."""

from urllib.parse import urlencode

from django.db import IntegrityError, transaction

from iotdash.audit.services import Source, record
from iotdash.lib.lists import ListState
from iotdash.organizations.models import Membership, SavedView
from iotdash.organizations.models.saved_view import LONGEST_QUERY

MOST_OF_A_PERSON = 200


class Refused(Exception):
    """The message says what to do."""


def save(
    membership: Membership, source: Source, page: str, state: ListState, name: str, *, shared: bool, columns: bool
) -> SavedView:
    """`columns`: also those that are shown. Raises Refused."""
    query = urlencode([pair for pair in state.parameters() if pair[0] != "columns"])
    shown = ",".join(state.columns) if columns else ""
    if max(len(query), len(shown)) > LONGEST_QUERY:
        raise Refused("This filter is too long to be saved. Take something away from it.")
    organization, owner = membership.organization, membership.user
    if SavedView.objects.filter(organization=organization, owner=owner).count() >= MOST_OF_A_PERSON:
        raise Refused(f"You have {MOST_OF_A_PERSON} saved views, and that is all there can be. Delete some.")
    view = SavedView(
        organization=organization, owner=owner, page=page, name=name, query=query, columns=shown, shared=shared
    )
    _store(view, source, "view saved")
    return view


def edit(view: SavedView, source: Source, name: str, *, shared: bool) -> None:
    """Raises Refused."""
    was = view.shared
    view.name, view.shared = name, shared
    action = "view changed" if was == shared else "view shared" if shared else "view made private"
    _store(view, source, action)


def delete(view: SavedView, source: Source) -> None:
    with transaction.atomic():
        record(source, "view deleted", "saved view", _named(view))
        view.delete()


def _store(view: SavedView, source: Source, action: str) -> None:
    try:
        with transaction.atomic():
            view.save()
            record(source, action, "saved view", _named(view), list=view.page)
    except IntegrityError:
        raise Refused(f"There is a view “{view.name}” of this list already. Choose another name.") from None


def _named(view: SavedView) -> str:
    return view.name if view.shared else "(private)"
