"""What the device list can be asked for, enumerated from its declarations: nothing here names a filter or a column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count
from django.http import QueryDict

from devices.listing import columns, devices, filters
from devices.models import Device
from iotdash.lib.lists import Filter, ListState, matching, paging
from iotdash.organizations.models import Organization
from tests.benchmarks.worlds import World

FROM_END = 75
SEARCHES = {
    "no device": "zzz",
    "one SIM": "8901" + "0" * 13 + "123",
    "some dozen": "pump-0000",
    "some hundred": "meter-001",
    "some thousand": "meter-01",
    "a third": "pump-",
    "nearly all": "8901",
}


@dataclass(frozen=True)
class Case:
    """One question to the list; `deep` asks for a page near the end."""

    name: str
    query: Mapping[str, str] = field(default_factory=dict)
    deep: bool = False

    def __add__(self, other: "Case") -> "Case":
        return Case(f"{self.name}, {other.name}", {**self.query, **other.query})

    def url(self, world: World) -> str | None:
        """None where the matching devices are too few for a deep page."""
        with world.entered():
            cursor = _deep_cursor(world.organization, self.query) if self.deep else ""
        query = {**self.query, "cursor": cursor} if cursor else self.query
        return None if cursor is None else f"/{world.organization.public_id}/devices/?{urlencode(query)}"


OPENING = Case("as it opens")


def singles(organization: Organization) -> Iterator[Case]:
    yield OPENING
    yield _every_column(organization)
    for case in [*sorts(organization), *filtered(organization), *searches()]:
        yield case
        yield replace(case, name=f"{case.name}, deep", deep=True)


def _every_column(organization: Organization) -> Case:
    names = [column.name for column in columns.list_columns(columns.facet_columns(organization))]
    return Case("every column shown", {"columns": ",".join(names)})


def sorts(organization: Organization) -> list[Case]:
    sortable = [each for each in columns.list_columns(columns.facet_columns(organization)) if each.sortable]
    return [Case(f"sort {sign}{each.name}", {"sort": f"{sign}{each.name}"}) for each in sortable for sign in ("", "-")]


def filtered(organization: Organization) -> list[Case]:
    """Every filter with every value it offers; those that take any text with a common, a rare and an absent one."""
    declared = filters.list_filters(filters.facet_filters(organization))
    return [Case(f"{each.name}={value}", {each.name: value}) for each in declared for value in _values(each)]


def searches() -> list[Case]:
    return [Case(f"search: {words}", {"q": text}) for words, text in SEARCHES.items()]


def combined(organization: Organization) -> Iterator[Case]:
    """Filter with sort, filter with filter, search with both."""
    filter_cases, found = filtered(organization), searches()
    for one, other in product([*filter_cases, *found], sorts(organization)):
        yield one + other
    for one, other in [*combinations(filter_cases, 2), *product(found, filter_cases)]:
        if not one.query.keys() & other.query.keys():
            yield one + other


def _values(declared: Filter) -> Sequence[str]:
    if declared.choices is not None:
        return [value for value, _ in declared.choices]
    path = _path(filters.SUGGESTED[declared.name])
    counted = Device.objects.values_list(path).annotate(number=Count("pk")).order_by("number")
    by_number = [value for value, _ in counted]
    return [by_number[-1], by_number[0], "no-such-value"]


def _path(name: str) -> str:
    try:
        return Device._meta.get_field(name).name
    except FieldDoesNotExist:
        return f"device_type__{name}"


def _deep_cursor(organization: Organization, query: Mapping[str, str]) -> str | None:
    """The cursor of a page that begins FROM_END rows before the end."""
    given = QueryDict(mutable=True)
    given.update(query)
    extra = filters.facet_filters(organization)
    declared = columns.list_columns(columns.facet_columns(organization))
    state = ListState.from_query(given, declared, filters.list_filters(extra), default_sort=devices.KEY)
    order = paging._order(Device, state.order_by, [devices.KEY])
    parts = matching(devices.rows_of(organization), devices.question_of(organization, state, extra)).parts
    rows = paging._rows(parts, order, None, False, FROM_END)
    return paging._encode(order, rows[-1], True) if len(rows) == FROM_END else None
