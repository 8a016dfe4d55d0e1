"""Which proposals are meant: those that were ticked, or all that the list's filter finds."""

from django.db.models import Q, QuerySet
from django.http import QueryDict

from extensions.core.models import ExtensionConfig
from extensions.sims import queries
from extensions.sims.models import LinkProposal
from extensions.sims.reconciling.listing import scope_of
from extensions.sims.reconciling.sections import PROPOSALS
from iotdash.organizations.models import Membership
from iotdash.runtime.jobs import MOST_ITEMS, TooMany

TICKED, EVERYTHING, QUERY = "proposal", "everything", "query"
_NOT_TICKED = "Nothing is ticked. Tick proposals, or take all that match the filter."
_GONE = "None of these proposals is there any more: SIMs or devices were linked, changed or deleted meanwhile."


class NothingChosen(Exception):
    """The message says what to do."""


def chosen(membership: Membership, given: QueryDict) -> QuerySet[LinkProposal]:
    """Raises NothingChosen, TooMany, and BadListQuery for a filter that there is not."""
    configs = list(queries.configurations(membership.organization))
    found = LinkProposal.objects.filter(_meant(membership, given, configs), config__in=configs)
    if not found.exists():
        raise NothingChosen(_GONE)
    return found


def _meant(membership: Membership, given: QueryDict, configs: list[ExtensionConfig]) -> Q:
    if given.get(EVERYTHING):
        scope = scope_of(membership, PROPOSALS, configs, QueryDict(given.get(QUERY, "")))
        return _any_of(PROPOSALS.find(scope).parts.each)
    keys = {int(key) for value in given.getlist(TICKED) for key in value.split(",") if key.isascii() and key.isdigit()}
    if not keys:
        raise NothingChosen(_NOT_TICKED)
    if len(keys) > MOST_ITEMS:
        raise TooMany
    return Q(pk__in=[key for key in keys if key < 2**63])


def _any_of(parts) -> Q:
    found = Q(pk__in=[])
    for part in parts:
        found |= Q(pk__in=part.prefetch_related(None).order_by().values("pk"))
    return found
