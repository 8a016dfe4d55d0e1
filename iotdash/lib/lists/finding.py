"""Which rows a list shows, found the cheap way whatever is asked.

Few are looked up by the index of what is asked of them, and sorted. Many are met soon by walking the index of the
list's order. Left to themselves both databases take one for the other, and read a hundred thousand rows for a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import itemgetter, or_
from typing import Any

from django.db.models import Q, QuerySet

from iotdash.lib.lists.conditions import Condition, keys_at_most, opaque
from iotdash.lib.lists.counting import COUNT_LIMIT, Count, bounded_count
from iotdash.lib.lists.paging import Parts

# Looked up and sorted at most; more are one in a hundred of a hundred thousand, and met within some thousand steps.
FEW = 1_000


@dataclass(frozen=True)
class Rows:
    """All rows that a list may show.

    `objects` are those of everybody, with what pages need of each; `own` says which belong here. `stretches` together
    are the same as `own`: each is walked by an index that begins with its fields, and what conditions find are rows of
    the list itself. `covered`: one index has every field that conditions ask of. Then what several of them ask
    together is answered by reading that index and no row, fast also where it is all of it.
    """

    objects: QuerySet
    own: Q
    stretches: Sequence[Q] = ()
    covered: bool = False

    def walked(self, question: "Question") -> list[QuerySet]:
        """But for stretches that have nothing of what is to be looked for row by row: all of it would be read."""
        narrow = question.narrow
        found = stretches = self.stretches or (narrow.stretches if narrow else (self.own,))
        if len(found) > 1 and question.unordered:
            found = [each for each in found if self._has(each, question)]
        return [self.objects.filter(each) for each in found or stretches[:1]]

    def meeting(self, conditions: Sequence[Condition]) -> QuerySet:
        """Rows that meet all of several conditions, in no order."""
        found = self.objects.filter(self.own)
        return found.filter(*(each.scanned if self.covered else each.where for each in conditions))

    def _has(self, stretch: Q, question: "Question") -> bool:
        if self.covered and len(question.conditions) > 1:
            return self.meeting(question.conditions).filter(stretch).exists()
        # What a condition finds elsewhere says nothing of the fields of a stretch.
        own = [each for each in question.unordered if each.key == "pk" and each is not question.narrow]
        return all(each.found.filter(stretch).exists() for each in own)

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

    @cached_property
    def narrow(self) -> Condition | None:
        """The one with stretches that fewest rows meet, if all of those may be walked; many are met soon without it."""
        along = self.order.removeprefix("-")
        counted = [(each.count(), each) for each in self.conditions if each.stretches and each.along == along]
        few = [(count.value, each) for count, each in counted if count.exact]
        return min(few, key=itemgetter(0))[1] if few else None

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
    if rows.covered and len(question.conditions) > 1:
        keys = keys_at_most(rows.meeting(question.conditions), FEW)
        if keys is not None:
            return _of_few(rows, keys, (), question.search)
    return _of_many(rows, question, many, few)


def _of_few(rows: Rows, keys: set[int], conditions: Sequence[Condition], search: Sequence[Condition] = ()) -> Matching:
    any_of_search = reduce(or_, (Q(each.walked) for each in search), Q())
    found = rows.by_keys(keys).filter(any_of_search, *(each.walked for each in conditions))
    sure = not conditions and not search
    return Matching(Parts([found], rows.objects), Count(len(keys), exact=True) if sure else bounded_count(found))


def _of_many(rows: Rows, question: Question, many: Sequence[Condition], few: set[int]) -> Matching:
    """With a search, parts for each way of matching it that many rows do, and one for all others together."""
    conditions = question.conditions
    walked = [each.filter(*map(question.where, conditions)) for each in rows.walked(question)]
    parts = [part.filter(question.where(each)) for part in walked for each in many] or walked
    if not many and len(conditions) == 1:
        return Matching(Parts(parts, rows.objects), conditions[0].count())
    # Nothing is in any order where it is only counted.
    counted = [rows.meeting(conditions).filter(_among(each)) if conditions else each for each in many]
    counted = counted or [rows.meeting(conditions)]
    rest = [rows.by_keys(few).filter(*(each.walked for each in conditions))] if few else []
    return Matching(Parts([*parts, *rest], rows.objects), _count([*counted, *rest]))


def _among(search: Condition) -> Any:
    """More than are counted are not looked up one by one: then it is cheaper to look at all rows."""
    return search.where if search.count().exact else search.scanned


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
