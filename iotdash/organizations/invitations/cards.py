"""The card "Invitations pending" on an organization's overview."""

from django.http import HttpRequest

from iotdash.lib.cards import Card, CardContent
from iotdash.lib.lists import bounded_count
from iotdash.organizations.authorization import may
from iotdash.organizations.invitations import queries
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import MANAGE_INVITATIONS


def render(request: HttpRequest, organization: Organization, membership: Membership) -> CardContent | None:
    """For those who manage invitations: how many are open, and which of them need somebody; four queries."""
    if not may(membership, MANAGE_INVITATIONS, organization):
        return None
    context = {
        "pending": bounded_count(queries.pending(organization)),
        "waiting": bounded_count(queries.matching(organization, mail=queries.WAITING)),
        "failed": bounded_count(queries.matching(organization, mail=queries.FAILED)),
        "ending": bounded_count(queries.matching(organization, state=queries.ENDING)),
    }
    return CardContent("organizations/invitations/card.html", context)


CARD = Card("invitations", order=60, render=render)
