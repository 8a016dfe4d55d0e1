"""Which rows a list shows, found the cheap way whatever is asked.

Few are looked up by the index of what is asked of them, and sorted. Many are met soon by walking the index of the
list's order. Left to themselves both databases take one for the other, and read a hundred thousand rows for a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from iotdash.lib.lists.conditions import Condition, opaque
from iotdash.lib.lists.counting import COUNT_LIMIT, Count, bounded_count
from iotdash.lib.lists.paging import Parts

# Looked up and sorted at most; more are one in a hundred of a hundred thousand, and met within some thousand steps.
FEW = 1_000


@dataclass(frozen=True)
class Rows:
    """All rows that a list may show.

    `objects` are those of everybody, with what pages need of each; `own` says which belong here. `stretches` together
    are the same as `own`: each is walked by an index that begins with its fields, and what conditions find are rows of
    the list itself.
    """

    objects: QuerySet
    own: Q
    stretches: Sequence[Q] = ()

    def walked(self, conditions: Sequence[Condition]) -> list[QuerySet]:
        """But for stretches that have nothing of what is to be looked for row by row: all of it would be read."""
        found = self.stretches
        if len(found) > 1 and conditions:
            found = [each for each in found if all(one.found.filter(each).exists() for one in conditions)]
        return [self.objects.filter(each) for each in found or (self.stretches or (self.own,))[:1]]

    @property
    def counted(self) -> QuerySet:
        return self.objects.filter(self.own)

    def by_keys(self, keys: set[int]) -> QuerySet:
        # Opaque, so that they are looked up by their keys, and not by walking all others.
        return self.objects.filter(opaque(self.own), pk__in=keys)


@dataclass(frozen=True)
class Matching:
    """`parts` together are the rows, for `page`."""

    parts: Parts
    count: Count


@dataclass(frozen=True)
class Question:
    """All of `conditions`, and any of `search` if there are any; `order` is the field that the list is sorted by."""

    conditions: Sequence[Condition] = ()
    search: Sequence[Condition] = ()
    order: str = ""

    def where(self, condition: Condition) -> Any:
        return condition.where if self._is_ordered(condition) else condition.walked

    @property
    def unordered(self) -> list[Condition]:
        return [each for each in self.conditions if not self._is_ordered(each)]

    def _is_ordered(self, condition: Condition) -> bool:
        return self.order.removeprefix("-") in condition.ordered


def matching(rows: Rows, question: Question) -> Matching:
    ways = [(each, each.at_most(FEW)) for each in question.search]
    many = [each for each, keys in ways if keys is None]
    few = set[int]().union(*(keys for _, keys in ways if keys))
    if question.search and not many:
        return _of_few(rows, few, question.conditions)
    for condition in question.conditions:
        keys = condition.at_most(FEW)
        if keys is not None:
            others = [each for each in question.conditions if each is not condition]
            return _of_few(rows, keys, others, question.search)
    return _of_many(rows, question, many, few)


def _of_few(rows: Rows, keys: set[int], conditions: Sequence[Condition], search: Sequence[Condition] = ()) -> Matching:
    any_of_search = reduce(or_, (Q(each.walked) for each in search), Q())
    found = rows.by_keys(keys).filter(any_of_search, *(each.walked for each in conditions))
    sure = not conditions and not search
    return Matching(Parts([found], rows.objects), Count(len(keys), exact=True) if sure else bounded_count(found))


def _of_many(rows: Rows, question: Question, many: Sequence[Condition], few: set[int]) -> Matching:
    """With a search, parts for each way of matching it that many rows do, and one for all others together."""
    conditions = question.conditions
    walked = [each.filter(*map(question.where, conditions)) for each in rows.walked(question.unordered)]
    parts = [part.filter(question.where(each)) for part in walked for each in many] or walked
    if not many and len(conditions) == 1:
        return Matching(Parts(parts, rows.objects), conditions[0].count())
    # Nothing is in any order where it is only counted.
    narrowed = _narrowed(rows, conditions)
    counted = [narrowed.filter(each.where) if conditions else each for each in many] or [narrowed]
    rest = [rows.by_keys(few).filter(*(each.walked for each in conditions))] if few else []
    return Matching(Parts([*parts, *rest], rows.objects), _count([*counted, *rest]))


def _narrowed(rows: Rows, conditions: Sequence[Condition]) -> QuerySet:
    """By the index of what fewest meet, of which the planner knows nothing; the others are asked of those."""
    if len(conditions) < 2:
        return rows.counted.filter(*(each.where for each in conditions))
    rarest = min(conditions, key=lambda each: each.count().value)
    return rows.counted.filter(rarest.where, *(each.walked for each in conditions if each is not rarest))


def _count(parts: Sequence[QuerySet | Condition]) -> Count:
    """A row may be in several parts, so they are not simply added up."""
    counts = [part.count() if isinstance(part, Condition) else bounded_count(part) for part in parts]
    most = max(counts, key=lambda count: (not count.exact, count.value))
    if not most.exact or len(parts) == 1:
        return most
    return _count_of_keys(set().union(*map(_keys, parts)))


def _keys(part: QuerySet | Condition) -> set[int]:
    keys = part.at_most(COUNT_LIMIT) if isinstance(part, Condition) else part.values_list("pk", flat=True)
    return set(keys or ())


def _count_of_keys(keys: set[int]) -> Count:
    return Count(min(len(keys), COUNT_LIMIT), exact=len(keys) <= COUNT_LIMIT)
