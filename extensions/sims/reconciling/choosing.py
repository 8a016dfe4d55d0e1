"""Which proposals are meant: those that were ticked, or all that the list's filter finds."""

from django.db.models import Q, QuerySet
from django.http import QueryDict

from extensions.sims import queries
from extensions.sims.models import LinkProposal
from extensions.sims.reconciling.listing import scope_of
from extensions.sims.reconciling.sections import PROPOSALS
from iotdash.organizations.models import Membership
from iotdash.runtime.jobs import MOST_ITEMS, TooMany

TICKED, EVERYTHING, QUERY = "proposal", "everything", "query"


class NothingChosen(Exception):
    """The message says what to do."""

    def __init__(self) -> None:
        super().__init__("Nothing is ticked. Tick proposals, or take all that match the filter.")


def chosen(membership: Membership, given: QueryDict) -> QuerySet[LinkProposal]:
    """Raises NothingChosen, TooMany, and BadListQuery for a filter that there is not."""
    configs = list(queries.configurations(membership.organization))
    proposals = LinkProposal.objects.filter(config__in=configs)
    if given.get(EVERYTHING):
        scope = scope_of(membership, PROPOSALS, configs, QueryDict(given.get(QUERY, "")))
        parts = PROPOSALS.find(scope).parts.each
        return proposals.filter(_any_of(parts))
    keys = {int(key) for value in given.getlist(TICKED) for key in value.split(",") if key.isascii() and key.isdigit()}
    if not keys:
        raise NothingChosen
    if len(keys) > MOST_ITEMS:
        raise TooMany
    return proposals.filter(pk__in=[key for key in keys if key < 2**63])


def _any_of(parts) -> Q:
    found = Q(pk__in=[])
    for part in parts:
        found |= Q(pk__in=part.prefetch_related(None).order_by().values("pk"))
    return found
