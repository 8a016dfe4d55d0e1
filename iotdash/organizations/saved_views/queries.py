"""Reads of saved views, as one member sees them."""

from urllib.parse import parse_qsl

from django.db.models import Q, QuerySet

from iotdash.organizations.authorization import may
from iotdash.organizations.models import Membership, SavedView
from iotdash.organizations.roles import MANAGE_ORGANIZATION, SAVE_VIEWS

# In the menu of a list; all of them have a page of their own.
IN_MENU = 30


def visible(membership: Membership) -> QuerySet[SavedView]:
    """One's own, and those that are shared."""
    views = SavedView.objects.filter(organization=membership.organization)
    return views.filter(Q(shared=True) | Q(owner=membership.user)).select_related("owner")


def of_page(membership: Membership, page: str) -> list[SavedView]:
    return list(visible(membership).filter(page=page).order_by("name", "pk")[:IN_MENU])


def find(membership: Membership, public_id: object) -> SavedView:
    """Raises SavedView.DoesNotExist."""
    return visible(membership).get(public_id=public_id)


def may_change(membership: Membership, view: SavedView) -> bool:
    """Its owner, while they may save views; a shared one also whoever manages the organization."""
    needed = SAVE_VIEWS if view.owner_id == membership.user_id else MANAGE_ORGANIZATION
    return may(membership, needed, membership.organization)


def parts(view: SavedView) -> list[tuple[str, str]]:
    """(name, value) pairs of its query, for people."""
    return parse_qsl(view.query)
