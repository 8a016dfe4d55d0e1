"""Many things, some at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db.models import Model, QuerySet

Thing = TypeVar("Thing")
Row = TypeVar("Row", bound=Model)


def of(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def of_rows(rows: QuerySet[Row], size: int, *, by: str = "pk") -> Iterator[list[Row]]:
    """In the order of a field whose values differ, whatever order the rows have.

    Each batch is asked for when it is wanted: no cursor of the database stays open, and what is done with one batch
    counts for the next.
    """
    batch = list(rows.order_by(by)[:size])
    while batch:
        yield batch
        batch = list(rows.order_by(by).filter(**{f"{by}__gt": getattr(batch[-1], by)})[:size])
