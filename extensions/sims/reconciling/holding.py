"""Rows that must not go while others are written that point at them."""

from django.db.models import QuerySet


def held(rows: QuerySet) -> set[int]:
    """Primary keys of those that are there, and stay until the transaction ends."""
    return set(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
