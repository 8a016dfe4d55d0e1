"""Keyset paging: a page begins after a row, never after a count, so page 2,000 costs what page 1 costs.

Rows are ordered by one field and then by primary key. Rows without a value come last in both directions, on
SQLite and PostgreSQL alike: a second query reads them, so that each query walks an index on (field, id).
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
    """`text` as in order_by(); `fields` lead from the model to the sort field."""

    text: str
    fields: tuple[Field, ...]

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

    def value_of(self, row: Model) -> Any:
        for field in self.fields:
            row = getattr(row, field.name, None)
        return row


@dataclass(frozen=True)
class _Cursor:
    """The row beside which a page begins: `forward` after it, else before it."""

    forward: bool
    value: Any
    pk: Any


def page(queryset: QuerySet, *, order_by: str, cursor: str = "", size: int = 50) -> Page:
    """Rows of a model's queryset ordered by `order_by` ("name", "-seen_at", "device_type__name"), then by pk.

    Needs an index on (field, pk). Give `select_related` for a path across relations. Raises BadListQuery for
    a cursor that is damaged or belongs to another order.
    """
    order = _Order(order_by, _fields(queryset.model, order_by))
    start = _decode(cursor, order, queryset.model) if cursor else None
    forward = start is None or start.forward
    rows = _rows(queryset, order, start, forward, size + 1)
    more, rows = len(rows) > size, rows[:size]
    if not forward:
        rows.reverse()
    has_next, has_previous = (more, start is not None) if forward else (bool(rows), more)
    return Page(
        rows,
        _encode(order, rows[-1], True) if rows and has_next else "",
        _encode(order, rows[0], False) if rows and has_previous else "",
    )


def _rows(queryset: QuerySet, order: _Order, start: _Cursor | None, forward: bool, wanted: int) -> list[Any]:
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
            stretch = _stretch(queryset, order, here, forward, without)
            rows += stretch[: wanted - len(rows)]
    return rows


def _stretch(queryset: QuerySet, order: _Order, start: _Cursor | None, forward: bool, without: bool) -> QuerySet:
    """The rows on one side of `start` with (or without) a value, in reading direction."""
    rising = order.descending != forward
    names = ["pk"] if without or order.by_pk else [order.path, "pk"]
    if order.nullable:
        queryset = queryset.filter(**{f"{order.path}{LOOKUP_SEP}isnull": without})
    if start is not None:
        values = [start.pk] if len(names) == 1 else [start.value, start.pk]
        queryset = queryset.filter(_beyond(queryset.model, order, names, values, rising))
    return queryset.order_by(*(name if rising else f"-{name}" for name in names))


def _beyond(model: type[Model], order: _Order, names: Sequence[str], values: Sequence[Any], rising: bool) -> Any:
    """`(field, id) > (x, y)`: both databases walk an index for a comparison of rows, not for its OR form."""
    outputs = [model._meta.pk if name == "pk" else order.fields[-1] for name in names]
    given = [Value(value, output_field=output) for value, output in zip(values, outputs, strict=True)]
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
    parts = [order.text, int(forward), order.value_of(row), row.pk]
    text = json.dumps(parts, default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, order: _Order, model: type[Model]) -> _Cursor:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        order_text, forward, value, pk = json.loads(text)
        if order_text != order.text or forward not in (0, 1) or (value is None and not order.nullable):
            raise ValueError(order_text)
        value = None if value is None else _restored(order.fields[-1], value)
        return _Cursor(bool(forward), value, _restored(model._meta.pk, pk))
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
