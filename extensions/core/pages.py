"""What extensions put into the frame of every page and onto the overview."""

from typing import Any

from django.http import HttpRequest

from extensions.core import queries
from extensions.core.words import UNHEALTHY
from iotdash.lib import cards, nav
from iotdash.lib.cards import CardContent
from iotdash.organizations.authorization import may
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import MANAGE_EXTENSIONS


def register() -> None:
    """Called from AppConfig.ready()."""
    nav.register(nav.NavEntry("Extensions", "puzzle", "extensions:list", 30))
    cards.register(cards.Card("extensions", 20, _card))


def _card(request: HttpRequest, organization: Organization, membership: Membership) -> CardContent:
    """Those that need attention, else that all is well, else how to begin."""
    views = [queries.view_of(config) for config in queries.configurations(organization)]
    unhealthy = [view for view in views if view.health in UNHEALTHY]
    context: dict[str, Any] = {
        "views": views,
        "unhealthy": unhealthy,
        "others": len(views) - len(unhealthy),
        "may_manage": may(membership, MANAGE_EXTENSIONS, organization),
    }
    return CardContent("extensions/cards/overview.html", context)
