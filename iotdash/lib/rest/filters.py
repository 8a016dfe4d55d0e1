"""Filters and facets of the API's lists: `?typeId=pump&_facets=deviceInfo.model`. Filters compare for equality."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from iotdash.lib.rest import problems, times
from iotdash.lib.rest.operations import Parameter
from iotdash.lib.rest.queries import truth
from iotdash.lib.texts import storable

# Gives the condition for a parameter's text; called with that text and the parameter's name.
Filter = Callable[[str, str], Q]
MOST_VALUES = 1_000


def where(query: QueryDict, filters: Mapping[str, Filter]) -> Q:
    """All of the filters that are given. Raises RestError for values that cannot be.

    What begins with an underscore is for others, or for nobody. Any other name that is no filter is refused: a list
    that is not narrowed would be taken for one that is.
    """
    found = Q()
    for name in query:
        if name in filters:
            found &= filters[name](query[name], name)
        elif not name.startswith("_"):
            raise problems.bad_value(f'"{name}" is no filter of this list. There is: {", ".join(filters)}.', name)
    return found


def text(field: str) -> Filter:
    return lambda value, name: Q(**{field: stored(value, name)})


def one_of(field: str, values: Sequence[str]) -> Filter:
    def condition(value: str, name: str) -> Q:
        if value not in values:
            raise problems.bad_value(f"{name}: one of {', '.join(values)} is needed.", name)
        return Q(**{field: value})

    return condition


def flag(field: str) -> Filter:
    return lambda value, name: Q(**{field: truth(value, name)})


def moment(field: str) -> Filter:
    """A time as the API answers it, to the millisecond, or the day that a date names."""

    def condition(value: str, name: str) -> Q:
        day = len(value) == len("2026-01-31")
        start = times.moment(f"{value}T00:00:00Z" if day else value, name)
        span = dt.timedelta(days=1) if day else dt.timedelta(milliseconds=1)
        try:
            return Q(**{f"{field}__gte": start, f"{field}__lt": start + span})
        except OverflowError:
            raise problems.bad_value(f"{name}: this time is too far away.", name) from None

    return condition


def nothing(check: Callable[[str, str], Any]) -> Filter:
    """Of what no row has so far; the value must still be one that `check` takes."""

    def condition(value: str, name: str) -> Q:
        check(value, name)
        return Q(pk__in=[])

    return condition


def stored(value: str, name: str) -> str:
    """The text itself. Raises RestError for one that no row can have."""
    if storable(value) != value:
        raise problems.bad_value(f"{name}: this text has a character that cannot be stored.", name)
    return value


def facets(rows: QuerySet, query: QueryDict, fields: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """For each asked facet how many rows have each value, at most a thousand values of it, the most frequent first.

    `fields`: names of facets → model fields, "" for what no row has so far. Unknown values ("") are not counted.
    """
    names = [name.strip() for name in query.get("_facets", "").strip("[] ").split(",")]
    found = {}
    for name in filter(None, names):
        if name not in fields:
            raise problems.bad_value(f'_facets: "{name}" is none of {", ".join(fields)}.', "_facets")
        found[name] = _counts(rows, fields[name]) if fields[name] else {}
    return found


def _counts(rows: QuerySet, field: str) -> dict[str, int]:
    counted = rows.order_by().values_list(field).annotate(rows=Count("pk")).order_by("-rows", field)
    return {_named(value): count for value, count in counted[: MOST_VALUES + 1] if value != ""}


def _named(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def described(names: Sequence[str], words: Mapping[str, Mapping[str, Any]] | None = None) -> list[Parameter]:
    """Query parameters of filters, for `operation`; `words`: those that are no text, with their schema."""
    kinds = words or {}
    return [Parameter(name, "Only those with this value.", kinds.get(name, {"type": "string"})) for name in names]
