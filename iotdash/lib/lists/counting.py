"""Counts that stop counting."""

from dataclasses import dataclass

from django.db.models import QuerySet

# Counts are exact up to here, then "10,000+".
COUNT_LIMIT = 10_000


@dataclass(frozen=True)
class Count:
    """`value` rows; if not `exact`, at least that many. `str(count)`: "312", "10,000+"."""

    value: int
    exact: bool

    def __str__(self) -> str:
        return f"{self.value:,}" if self.exact else f"{self.value:,}+"


def bounded_count(queryset: QuerySet, limit: int = COUNT_LIMIT) -> Count:
    """Count up to `limit` rows; one query that reads `limit + 1` rows at most."""
    found = queryset.order_by().values("pk")[: limit + 1].count()
    return Count(min(found, limit), exact=found <= limit)
