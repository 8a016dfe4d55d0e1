"""Queries that are made into SQL once, for the few that nearly every request of a program asks.

Django works out the SQL of a query whenever it is asked. For a row that an index finds that takes ten times as long
as finding it. Only the text is kept, never a row: what is read is what the database has now.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet, Value
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)


class Prepared(Generic[Row]):
    def __init__(self, make: Callable[..., QuerySet[Row]]) -> None:
        """`make` gets a stand-in for each value, which it may compare with fields and nothing else.

        The query may have `select_related`, but neither annotations nor `prefetch_related`.
        """
        self._make = make
        # A connection belongs to a thread, and what is made for it, too.
        self._kept = threading.local()

    def rows(self, *values: Any) -> list[Row]:
        """All of them, whole. `values` are those of `make`."""
        if not hasattr(self._kept, "sql"):
            self._kept.sql = _Sql(self._make(*map(Value, _places(self._make))))
        return self._kept.sql.rows(values)

    def first(self, *values: Any) -> Row | None:
        """The only row of a query that finds one at most."""
        return next(iter(self.rows(*values)), None)


@dataclass(frozen=True)
class _Place:
    """Of a value among those that are given. Django takes it for no type of its own, and leaves it alone."""

    number: int


def _places(make: Callable[..., Any]) -> list[_Place]:
    return [_Place(each) for each in range(len(signature(make).parameters))]


class _Sql:
    """A query's text, and what makes instances of its rows: the same that Django uses for them."""

    def __init__(self, query: QuerySet) -> None:
        self._using = query.db
        compiler = query.query.get_compiler(using=query.db)
        self._text, self._params = compiler.as_sql()
        columns = [expression for expression, _, _ in compiler.select]
        own = compiler.klass_info["select_fields"]
        self._model, self._own = query.model, slice(own[0], own[-1] + 1)
        self._names = [column.target.attname for column in columns[self._own]]
        self._convert = compiler.get_converters(columns)
        self._compiler = compiler
        self._related = get_related_populators(compiler.klass_info, compiler.select, query.db)

    def rows(self, values: tuple[Any, ...]) -> list[Model]:
        given = [values[each.number] if isinstance(each, _Place) else each for each in self._params]
        with connections[self._using].cursor() as cursor:
            cursor.execute(self._text, given)
            found = cursor.fetchall()
        return [self._instance(row) for row in self._compiler.apply_converters(found, self._convert)]

    def _instance(self, row: list[Any]) -> Model:
        made = self._model.from_db(self._using, self._names, row[self._own])
        for each in self._related:
            each.populate(row, made)
        return made
