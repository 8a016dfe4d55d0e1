"""Which SIMs are meant: those that were ticked, or all that the list's filter finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict

from extensions.core.models import ExtensionConfig
from extensions.sims import numbers, queries
from extensions.sims.inventory import filters
from extensions.sims.inventory.columns import COLUMNS
from extensions.sims.inventory.listing import question_of, rows_of
from extensions.sims.inventory.ranges import BY_SUBJECT
from extensions.sims.models import Sim
from iotdash.lib.lists import ListState
from iotdash.organizations.models import Membership
from iotdash.runtime.jobs import MOST_ITEMS, TooMany

TICKED, EVERYTHING, QUERY = "sim", "everything", "query"


class NothingSelected(Exception):
    """The message says what to do."""

    def __init__(self) -> None:
        super().__init__("Nothing is selected. Tick SIMs in the list, or take all that match its filter.")


@dataclass(frozen=True)
class Selection:
    """`hidden`: (name, value) pairs by which a form says the same again."""

    sims: QuerySet[Sim]
    hidden: Sequence[tuple[str, str]]
    words: str


def selected(membership: Membership, given: QueryDict) -> Selection:
    """Raises NothingSelected, TooMany, and BadListQuery for a filter that there is not."""
    configs = list(queries.configurations(membership.organization))
    if given.get(EVERYTHING):
        return _matching(membership, configs, given.get(QUERY, ""))
    keys = {int(key) for value in given.getlist(TICKED) for key in value.split(",") if key.isascii() and key.isdigit()}
    if not keys:
        raise NothingSelected
    if len(keys) > MOST_ITEMS:
        raise TooMany
    sims = Sim.objects.filter(config__in=configs, pk__in=[key for key in keys if key < 2**63])
    return Selection(sims, [(TICKED, ",".join(map(str, sorted(keys))))], "ticked in the list")


def _matching(membership: Membership, configs: Sequence[ExtensionConfig], query: str) -> Selection:
    state = _state(configs, query)
    chosen = filters.chosen(configs, state)
    question = question_of(chosen, state, numbers.searched(membership))
    found = rows_of(chosen).meeting(question.conditions)
    if question.search:
        found = found.filter(reduce(or_, (Q(each.walked) for each in question.search)))
    # Without what the list's pages need of each row.
    sims = Sim.objects.filter(pk__in=found.prefetch_related(None).order_by().values("pk"))
    filtered = bool(state.search or state.filters)
    words = "all that match the filter of the list" if filtered else "all SIMs of the organization"
    return Selection(sims, [(EVERYTHING, "1"), (QUERY, urlencode(state.parameters()))], words)


def _state(configs: Sequence[ExtensionConfig], query: str) -> ListState:
    columns = [each.column for each in COLUMNS]
    return ListState.from_query(
        QueryDict(query.removeprefix("?")), columns, filters.declared(configs), default_sort=BY_SUBJECT
    )
