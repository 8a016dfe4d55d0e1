"""Keyset paging: a page begins after a row, never after a count, so page 2,000 costs what page 1 costs.

Rows are ordered by one field, then by the fields of `then`, then by primary key, all in one direction. Rows without a
value come last in both directions, on SQLite and PostgreSQL alike: a second query reads them, so that each query walks
an index on (field, *then, id).
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Func, Model, QuerySet, TextField, Value
from django.db.models.constants import LOOKUP_SEP
from django.db.models.lookups import GreaterThan, LessThan

from iotdash.lib.lists.state import BadListQuery


@dataclass(frozen=True)
class Page:
    """Up to `size` rows; cursors are "" where there is no such page."""

    rows: list[Any]
    next_cursor: str
    previous_cursor: str


@dataclass(frozen=True)
class _Order:
    """`text` as in order_by(); `fields` lead from the model to the sort field; `then` are what breaks its ties."""

    text: str
    fields: tuple[Field, ...]
    then: tuple[Field, ...]

    @property
    def path(self) -> str:
        return self.text.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.text.startswith("-")

    @property
    def by_pk(self) -> bool:
        return self.fields[0].primary_key

    @property
    def nullable(self) -> bool:
        return any(field.null for field in self.fields)

    def keys(self, without: bool) -> tuple[tuple[str, ...], tuple[Field, ...]]:
        """Names and fields that decide between two rows, of those with a value or `without`."""
        rest = tuple(field.name for field in self.then)
        return (rest, self.then) if without or self.by_pk else ((self.path, *rest), (self.fields[-1], *self.then))

    def value_of(self, row: Model) -> Any:
        for field in self.fields:
            row = getattr(row, field.name, None)
        return row

    def values_of(self, row: Model) -> list[Any]:
        return [self.value_of(row), *(getattr(row, field.attname) for field in self.then)]


@dataclass(frozen=True)
class _Cursor:
    """The row beside which a page begins: `forward` after it, else before it. `rest` are the values of `then`."""

    forward: bool
    value: Any
    rest: tuple[Any, ...]


@dataclass(frozen=True)
class Parts:
    """`each` are read as one list by its own index; a row may be in more than one. All are rows of `objects`."""

    each: Sequence[QuerySet]
    objects: QuerySet


def page(parts: QuerySet | Parts, *, order_by: str, then: Sequence[str] = (), cursor: str = "", size: int = 50) -> Page:
    """Rows of a model's queryset ordered by `order_by` ("name", "-seen_at", "device_type__name"), then by pk.

    Needs an index on (field, *then, pk). Give `select_related` for a path across relations. `then` are fields of the
    model itself, never null. Raises BadListQuery for a cursor that is damaged or belongs to another order.
    """
    parts = Parts([parts], parts) if isinstance(parts, QuerySet) else parts
    order = _order(parts.objects.model, order_by, then)
    start = _decode(cursor, order) if cursor else None
    forward = start is None or start.forward
    rows = _rows(parts, order, start, forward, size + 1)
    more, rows = len(rows) > size, rows[:size]
    if not forward:
        rows.reverse()
    has_next, has_previous = (more, start is not None) if forward else (bool(rows), more)
    return Page(
        rows,
        _encode(order, rows[-1], True) if rows and has_next else "",
        _encode(order, rows[0], False) if rows and has_previous else "",
    )


def _order(model: type[Model], order_by: str, then: Sequence[str]) -> _Order:
    fields = _fields(model, order_by)
    ties = [] if fields[0].primary_key else [name for name in then if name != order_by.removeprefix("-")]
    return _Order(order_by, fields, (*(model._meta.get_field(name) for name in ties), model._meta.pk))


def _rows(parts: Parts, order: _Order, start: _Cursor | None, forward: bool, wanted: int) -> list[Any]:
    """The rows in reading direction, from up to two stretches: with a value, and without."""
    stretches = [False, True] if order.nullable else [False]
    if not forward:
        stretches.reverse()
    if start is not None and order.nullable:
        stretches = stretches[stretches.index(start.value is None) :]
    rows: list[Any] = []
    for without in stretches:
        if len(rows) < wanted:
            here = start if start is not None and (start.value is None) == without else None
            left = wanted - len(rows)
            found = [_stretch(part, order, here, forward, without)[:left] for part in parts.each]
            rows += found[0] if len(found) == 1 else _merged(parts, found, order, forward, without)[:left]
    return rows


def _merged(parts: Parts, found: Sequence[QuerySet], order: _Order, forward: bool, without: bool) -> QuerySet:
    """Each part says only which; the rows are read once, and the database sorts text as its language does."""
    keys = {key for each in found for key in each.values_list("pk", flat=True)}
    return parts.objects.filter(pk__in=keys).order_by(*_sorting(order, forward, without))


def _stretch(queryset: QuerySet, order: _Order, start: _Cursor | None, forward: bool, without: bool) -> QuerySet:
    """The rows on one side of `start` with (or without) a value, in reading direction."""
    names, fields = order.keys(without)
    if order.nullable:
        queryset = queryset.filter(**{f"{order.path}{LOOKUP_SEP}isnull": without})
    if start is not None:
        values = [start.value, *start.rest][-len(names) :]
        queryset = queryset.filter(_beyond(names, fields, values, rising=order.descending != forward))
    return queryset.order_by(*_sorting(order, forward, without))


def _sorting(order: _Order, forward: bool, without: bool) -> list[str]:
    names, _ = order.keys(without)
    return [name if order.descending != forward else f"-{name}" for name in names]


def _beyond(names: Sequence[str], fields: Sequence[Field], values: Sequence[Any], *, rising: bool) -> Any:
    """`(field, id) > (x, y)`: both databases walk an index for a comparison of rows, not for its OR form."""
    given = [Value(value, output_field=field) for value, field in zip(values, fields, strict=True)]
    compare = GreaterThan if rising else LessThan
    return compare(_RowValue(*(F(name) for name in names)), _RowValue(*given))


class _RowValue(Func):
    """`(a, b)`; compared only with another one."""

    template = "(%(expressions)s)"
    output_field = TextField()


def _fields(model: type[Model], order_by: str) -> tuple[Field, ...]:
    fields: list[Field] = []
    for name in order_by.removeprefix("-").split(LOOKUP_SEP):
        fields.append(model._meta.pk if name == "pk" else model._meta.get_field(name))
        model = fields[-1].related_model or model
    return tuple(fields)


def _encode(order: _Order, row: Model, forward: bool) -> str:
    parts = [order.text, int(forward), *order.values_of(row)]
    text = json.dumps(parts, default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, order: _Order) -> _Cursor:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        order_text, forward, value, *rest = json.loads(text)
        if order_text != order.text or forward not in (0, 1) or (value is None and not order.nullable):
            raise ValueError(order_text)
        value = None if value is None else _restored(order.fields[-1], value)
        given = tuple(_restored(field, each) for field, each in zip(order.then, rest, strict=True))
        return _Cursor(bool(forward), value, given)
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError) as error:
        message = "This page of the list is gone or its address is damaged; start at the first page."
        raise BadListQuery(message) from error


def _restored(field: Field, value: Any) -> Any:
    """The field's value; anything that a database would choke on is a ValueError or OverflowError."""
    restored = None if isinstance(value, list | dict) else field.to_python(value)
    if restored is None or (isinstance(restored, str) and not _is_storable(restored)):
        raise ValueError(field.name)
    if isinstance(restored, int) and not -(2**63) <= restored < 2**63:
        raise OverflowError(field.name)
    return restored.astimezone(UTC) if isinstance(restored, datetime) else restored


def _is_storable(text: str) -> bool:
    text.encode()
    return "\x00" not in text
