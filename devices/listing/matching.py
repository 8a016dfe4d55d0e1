"""Which devices a list shows, found the cheap way whatever is asked.

Few are looked up by the index of what is asked of them, and sorted. Many are met soon by walking the index of the
list's order. Left to themselves both databases take one for the other, and read a hundred thousand rows for a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from devices import queries
from devices.conditions import Condition, opaque
from devices.models import Device
from iotdash.lib.lists import COUNT_LIMIT, Count, bounded_count
from iotdash.organizations.models import Organization

# Looked up and sorted at most; more are one in a hundred of a hundred thousand, and met within some thousand steps.
FEW = 1_000


@dataclass(frozen=True)
class Matching:
    """`parts` together are the devices; one may be in several parts."""

    parts: list[QuerySet[Device]]
    count: Count


@dataclass(frozen=True)
class Question:
    """All of `conditions`, and any of `search` if there are any. `by_id`: the list is in the order of device IDs."""

    conditions: Sequence[Condition] = ()
    search: Sequence[Condition] = ()
    by_id: bool = True

    def where(self, condition: Condition) -> Any:
        return condition.where if self.by_id and condition.ordered else condition.walked


def matching(organization: Organization, question: Question) -> Matching:
    ways = [(each, each.at_most(FEW)) for each in question.search]
    many = [each for each, keys in ways if keys is None]
    few = set[int]().union(*(keys for _, keys in ways if keys))
    if question.search and not many:
        return _of_few(organization, few, question.conditions)
    for condition in question.conditions:
        keys = condition.at_most(FEW)
        if keys is not None:
            others = [each for each in question.conditions if each is not condition]
            return _of_few(organization, keys, others, question.search)
    return _of_many(organization, question, many, few)


def _of_few(
    organization: Organization, keys: set[int], conditions: Sequence[Condition], search: Sequence[Condition] = ()
) -> Matching:
    # Opaque, so that they are looked up by their keys, which are the organization's, and not by walking all others.
    own = queries.for_lists(Device.objects).filter(opaque(Q(organization=organization)), pk__in=keys)
    any_of_search = reduce(or_, (Q(each.walked) for each in search), Q())
    found = own.filter(any_of_search, *(each.walked for each in conditions))
    sure = not conditions and not search
    return Matching([found], Count(len(keys), exact=True) if sure else bounded_count(found))


def _of_many(organization: Organization, question: Question, many: Sequence[Condition], few: set[int]) -> Matching:
    """With a search, a part for each way of matching it that many devices do, and one for all others together."""
    own, conditions = queries.for_lists(organization.devices), question.conditions
    walked = own.filter(*map(question.where, conditions))
    parts = [walked.filter(question.where(each)) for each in many] or [walked]
    if not many and len(conditions) == 1:
        return Matching(parts, conditions[0].count())
    # Nothing is in any order where it is only counted.
    narrowed = own.filter(*(each.where for each in conditions))
    counted = [narrowed.filter(each.where) if conditions else each for each in many] or [narrowed]
    rest = [walked.filter(pk__in=few)] if few else []
    return Matching([*parts, *rest], _count([*counted, *rest]))


def _count(parts: Sequence[QuerySet[Device] | Condition]) -> Count:
    """A device may be in several parts, so they are not simply added up."""
    counts = [part.count() if isinstance(part, Condition) else bounded_count(part) for part in parts]
    most = max(counts, key=lambda count: (not count.exact, count.value))
    if not most.exact or len(parts) == 1:
        return most
    return _count_of_keys(set().union(*map(_keys, parts)))


def _keys(part: QuerySet[Device] | Condition) -> set[int]:
    keys = part.at_most(COUNT_LIMIT) if isinstance(part, Condition) else part.values_list("pk", flat=True)
    return set(keys or ())


def _count_of_keys(keys: set[int]) -> Count:
    return Count(min(len(keys), COUNT_LIMIT), exact=len(keys) <= COUNT_LIMIT)
