"""What a filter or a search asks of rows, said in the ways that a list of many rows needs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Case, Exists, Q, QuerySet, Value, When
from django.db.models import Count as CountOf
from django.db.models.sql.compiler import SQLCompiler

from iotdash.lib.lists.counting import COUNT_LIMIT, Count

# Rows of `found` that are looked at beyond the limit, in case some name the same row of the list.
REPEATS = 1_000
_TRUTH = {"default": Value(False), "output_field": BooleanField()}


@dataclass(frozen=True)
class Condition:
    """One thing that is asked of the rows of a list.

    `where` is what a row must be. `found` are rows that name the same in their field `key`, read from an index of their
    own; several may name one. `ordered`: the fields in whose order an index has the rows that meet the condition.
    `stretches` together are the rows that meet it, where an index has each of them in the order of the field `along`.
    """

    where: Q | Exists
    found: QuerySet
    key: str = "pk"
    ordered: Collection[str] = ()
    stretches: Sequence[Q] = ()
    along: str = ""

    @property
    def walked(self) -> Case | Exists:
        """`where`, to be asked of one row after the other while the index of an order is walked."""
        return opaque(self.where) if isinstance(self.where, Q) else self.where

    @property
    def scanned(self) -> Case | Exists:
        """`where`, to be asked of one entry after the other of an index that has all that is asked of."""
        return _hidden_from_sqlite(self.where) if isinstance(self.where, Q) else self.where

    def at_most(self, limit: int) -> set[int] | None:
        """Primary keys of the list's rows; None when there are more rows of `found` than `limit`."""
        return keys_at_most(self.found, limit, self.key)

    def count(self) -> Count:
        """The list's rows, by one query that reads little more than COUNT_LIMIT rows, however often it is asked."""
        return self._counted

    @cached_property
    def _counted(self) -> Count:
        most = COUNT_LIMIT + (0 if self.key == "pk" else REPEATS) + 1
        counted = self.found.values(self.key)[:most].aggregate(
            rows=CountOf("*"), named=CountOf(self.key, distinct=self.key != "pk")
        )
        exact = counted["named"] <= COUNT_LIMIT and counted["rows"] < most
        return Count(min(counted["named"], COUNT_LIMIT), exact=exact)


def keys_at_most(rows: QuerySet, limit: int, key: str = "pk") -> set[int] | None:
    """What `rows` name in their field `key`; None when there are more of them than `limit`."""
    keys = list(rows.values_list(key, flat=True)[: limit + 1])
    return set(keys) if len(keys) <= limit else None


def opaque(where: Q) -> Case:
    """Hidden from the planner: by its index it would fetch and sort all that match, for one page of them."""
    return Case(When(where, then=Value(True)), **_TRUTH)


class _HiddenFromSQLite(Case):
    """SQLite would take the index of a single condition and look up its rows; PostgreSQL knows how many they are."""

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> tuple[str, Any]:
        sql, params = compiler.compile(self.cases[0].condition)
        return f"({sql})", params


def _hidden_from_sqlite(where: Q) -> Case:
    return _HiddenFromSQLite(When(where, then=Value(True)), **_TRUTH)
