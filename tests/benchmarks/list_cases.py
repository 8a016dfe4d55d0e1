"""What a list can be asked for, enumerated from its declarations: nothing here names a filter or a column."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from urllib.parse import urlencode

from django.db.models import Count, Model
from django.http import QueryDict

from iotdash.lib.lists import Column, Filter, ListState, Parts, paging
from iotdash.organizations.models import Organization
from tests.benchmarks.worlds import World

FROM_END = 75
OPENING = "as it opens"


@dataclass(frozen=True)
class Listed:
    """A list of the product, by its own declarations, and texts to search it for.

    `fields` are of filters that take any text: the field whose values they are, or the values. `further`: more
    questions, by name.
    """

    path: str
    model: type[Model]
    key: str
    columns: Callable[[Organization], Sequence[Column]]
    filters: Callable[[Organization], Sequence[Filter]]
    parts: Callable[[Organization, ListState], Parts]
    fields: Mapping[str, str | Sequence[str]]
    texts: Mapping[str, str]
    further: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def opening(self) -> "Case":
        return Case(self, OPENING)

    def singles(self, organization: Organization) -> Iterator["Case"]:
        yield self.opening
        yield self._every_column(organization)
        further = [Case(self, name, query) for name, query in self.further.items()]
        for case in [*self.sorts(organization), *self.filtered(organization), *self.searches(), *further]:
            yield case
            yield replace(case, name=f"{case.name}, deep", deep=True)

    def _every_column(self, organization: Organization) -> "Case":
        names = [column.name for column in self.columns(organization)]
        return Case(self, "every column shown", {"columns": ",".join(names)})

    def sorts(self, organization: Organization) -> list["Case"]:
        names = [each.name for each in self.columns(organization) if each.sortable]
        return [Case(self, f"sort {sign}{name}", {"sort": f"{sign}{name}"}) for name in names for sign in ("", "-")]

    def filtered(self, organization: Organization) -> list["Case"]:
        """Every filter with every value it offers; those that take any text with a common, a rare and an absent one."""
        return [
            Case(self, f"{each.name}={value}", {each.name: value})
            for each in self.filters(organization)
            for value in self._values(each)
        ]

    def searches(self) -> list["Case"]:
        return [Case(self, f"search: {words}", {"q": text}) for words, text in self.texts.items()]

    def combined(self, organization: Organization) -> Iterator["Case"]:
        """Filter with sort, filter with filter, search with both."""
        filter_cases, found = self.filtered(organization), self.searches()
        for one, other in product([*filter_cases, *found], self.sorts(organization)):
            yield one + other
        for one, other in [*combinations(filter_cases, 2), *product(found, filter_cases)]:
            if not one.query.keys() & other.query.keys():
                yield one + other

    def _values(self, declared: Filter) -> Sequence[str]:
        if declared.choices is not None:
            return [value for value, _ in declared.choices]
        path = self.fields[declared.name]
        if not isinstance(path, str):
            return path
        known = self.model._default_manager.filter(**{f"{path}__isnull": False}).values_list(path)
        by_number = [value for value, _ in known.annotate(number=Count("pk")).order_by("number")]
        return [by_number[-1], by_number[0], "no-such-value"]

    def deep_cursor(self, organization: Organization, query: Mapping[str, str]) -> str | None:
        """The cursor of a page that begins FROM_END rows before the end."""
        given = QueryDict(mutable=True)
        given.update(query)
        state = ListState.from_query(
            given, self.columns(organization), self.filters(organization), default_sort=self.key
        )
        order = paging._order(self.model, state.order_by, [self.key])
        rows = paging._rows(self.parts(organization, state), order, None, False, FROM_END)
        return paging._encode(order, rows[-1], True) if len(rows) == FROM_END else None


@dataclass(frozen=True)
class Case:
    """One question to a list; `deep` asks for a page near the end."""

    listed: Listed
    name: str
    query: Mapping[str, str] = field(default_factory=dict)
    deep: bool = False

    def __add__(self, other: "Case") -> "Case":
        return Case(self.listed, f"{self.name}, {other.name}", {**self.query, **other.query})

    def url(self, world: World) -> str | None:
        """None where the matching rows are too few for a deep page."""
        with world.entered():
            cursor = self.listed.deep_cursor(world.organization, self.query) if self.deep else ""
        query = {**self.query, "cursor": cursor} if cursor else self.query
        address = f"/{world.organization.public_id}/{self.listed.path}/?{urlencode(query)}"
        return None if cursor is None else address
