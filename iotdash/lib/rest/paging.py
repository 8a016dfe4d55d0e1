"""Pages of the API's lists: `_limit`, `_bookmark`, `_sort`, and `total_rows`.

A bookmark says after which row the next page begins, so page 2,000 costs what page 1 costs. It also carries the
number of rows, which is counted once, for the first page.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict

from iotdash.lib.lists import Page
from iotdash.lib.rest import problems
from iotdash.lib.rest.problems import Problem

DEFAULT_LIMIT = 25
MOST_ROWS = 1_000
_DAMAGED = "_bookmark: this is not one that the list gave, or the other parameters were changed. Begin anew without it."


@dataclass(frozen=True)
class Asked:
    """What a request wants of a list. `sort`: model fields with their direction ("-registered_at"), never empty."""

    limit: int
    sort: tuple[str, ...]
    bookmark: str
    digest: str


def asked(query: QueryDict, sorts: Mapping[str, str], default: str) -> Asked:
    """`sorts`: the API's names of sort fields → model fields, none of which is ever null. `default`: a model field.

    A name whose field is "" is one that no row has so far: it changes nothing.
    Raises RestError for a value that cannot be.
    """
    return Asked(_limit(query), _sort(query, sorts, default), query.get("_bookmark", ""), _digest(query))


def page(
    rows: QuerySet,
    wanted: Asked,
    item: Callable[[Sequence[Any]], list[Any]],
    count: Callable[[], int] | None = None,
    facets: Callable[[], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The answer. `item` makes the page's rows into JSON; `count` and `facets` are asked for the first page only.

    Rows are instances, or by `values_list(…, named=True)` what has the fields of the sort and "pk".

    Clients need an exact `total_rows`, so counting costs time that grows with the rows that match: once for each walk
    through a list, and never where the first page is all of it.
    """
    start = _decoded(wanted, rows.model) if wanted.bookmark else None
    after = rows.filter(start.beyond) if start else rows
    found = list(after.order_by(*wanted.sort, "pk")[: wanted.limit + 1])
    shown, goes_on = found[: wanted.limit], len(found) > wanted.limit
    total = start.total if start else (count or rows.order_by().count)() if goes_on else len(found)
    more = {"bookmark": _encoded(wanted, shown[-1], total)} if goes_on else {}
    counted = {"facets": facets()} if facets and not start else {}
    return {"results": item(shown), **more, "meta": {"total_rows": total, **counted}}


def of_list(
    wanted: Asked, read: Callable[[str], Page], item: Callable[[Sequence[Model]], list[Any]], count: Callable[[], int]
) -> dict[str, Any]:
    """The same of a list that finds its rows by itself: `read` gives those at one of its own cursors."""
    total, cursor = _place(wanted) if wanted.bookmark else (count(), "")
    found = read(cursor)
    more = {"bookmark": _packed([wanted.digest, total, found.next_cursor])} if found.next_cursor else {}
    return {"results": item(found.rows), **more, "meta": {"total_rows": total}}


def _place(wanted: Asked) -> tuple[int, str]:
    try:
        digest, total, cursor = _unpacked(wanted.bookmark)
        if digest != wanted.digest or not isinstance(total, int) or not isinstance(cursor, str):
            raise ValueError(digest)
    except (ValueError, TypeError, RecursionError):
        raise problems.bad_value(_DAMAGED, "_bookmark") from None
    return total, cursor


def empty() -> dict[str, Any]:
    return {"results": [], "meta": {"total_rows": 0}}


@dataclass(frozen=True)
class _Start:
    total: int
    beyond: Q


def _limit(query: QueryDict) -> int:
    text = query.get("_limit") or str(DEFAULT_LIMIT)
    if not (text.isascii() and text.isdigit()) or int(text[:9]) < 1:
        raise problems.bad_value(f"_limit: a whole number from 1 to {MOST_ROWS} is needed.", "_limit")
    if int(text[:9]) > MOST_ROWS:
        words = f"_limit is too high, maximum {MOST_ROWS}"
        raise problems.not_valid([Problem(problems.TOO_HIGH, words, ["_limit", str(MOST_ROWS)])])
    return int(text)


def _sort(query: QueryDict, sorts: Mapping[str, str], default: str) -> tuple[str, ...]:
    """Square brackets around the list are tolerated, as they were."""
    names = [name.strip() for name in query.get("_sort", "").strip("[] ").split(",")]
    chosen: dict[str, str] = {}
    for name in filter(None, names):
        bare = name.removeprefix("-")
        if bare not in sorts:
            words = f'_sort: "{bare}" is none of {", ".join(sorts)}.'
            raise problems.bad_value(words, "_sort")
        if sorts[bare]:
            chosen.setdefault(sorts[bare], "-" if name.startswith("-") else "")
    if not chosen:
        return (default,)
    # Rows that are the same by all of it stand in the list's own order, as indexes have them.
    chosen.setdefault(default.removeprefix("-"), [*chosen.values()][-1])
    return tuple(f"{sign}{field}" for field, sign in chosen.items())


def _digest(query: QueryDict) -> str:
    """Of all that has to stay the same between pages."""
    rest = sorted((name, query.getlist(name)) for name in query if name not in ("_bookmark", "_limit"))
    return hashlib.sha256(json.dumps(rest).encode()).hexdigest()[:12]


def _encoded(wanted: Asked, row: Any, total: int) -> str:
    values = [getattr(row, name.removeprefix("-")) for name in wanted.sort]
    return _packed([wanted.digest, total, row.pk, *values])


def _packed(values: list[Any]) -> str:
    # It comes back in an address, whose length servers limit: no six characters for one that is not ASCII.
    text = json.dumps(values, default=str, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(bookmark: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(bookmark + "=" * (-len(bookmark) % 4)))


def _decoded(wanted: Asked, model: type[Model]) -> _Start:
    names = [*wanted.sort, "pk"]
    try:
        digest, total, pk, *values = _unpacked(wanted.bookmark)
        if digest != wanted.digest or not isinstance(total, int) or not 0 <= total < 2**63:
            raise ValueError(digest)
        fields = [*(model._meta.get_field(name.removeprefix("-")) for name in wanted.sort), model._meta.pk]
        given = [_restored(field, value) for field, value in zip(fields, [*values, pk], strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        raise problems.bad_value(_DAMAGED, "_bookmark") from None
    return _Start(total, _beyond(names, given))


def _restored(field: Field, value: Any) -> Any:
    """The field's value; whatever a database would choke on is refused."""
    restored = None if isinstance(value, list | dict) else field.to_python(value)
    if restored is None or (isinstance(restored, str) and "\x00" in restored):
        raise ValueError(field.name)
    if isinstance(restored, int) and not -(2**63) <= restored < 2**63:
        raise OverflowError(field.name)
    if isinstance(restored, str):
        restored.encode()
    return restored.astimezone(UTC) if isinstance(restored, datetime) else restored


def _beyond(names: Sequence[str], values: Sequence[Any]) -> Q:
    """After the row with these values: the first field is beyond, or it is the same and the next one is beyond…

    The first field is bounded on its own as well, so that an index of it is entered at that place.
    """
    beyond, same = Q(), Q()
    for name, value in zip(names, values, strict=True):
        bare, comparison = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        beyond |= same & Q(**{f"{bare}__{comparison}": value})
        same &= Q(**{bare: value})
    first = names[0]
    return Q(**{f"{first.removeprefix('-')}__{'lte' if first.startswith('-') else 'gte'}": values[0]}) & beyond
