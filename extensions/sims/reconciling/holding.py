"""Rows that must stay as they are while others are written."""

from django.db.models import QuerySet

from extensions.sims.models import Reconciliation


def alone(organization_id: int) -> None:
    """Until the transaction ends nobody else writes proposals of the organization: whoever locks them does this first.

    A pass, and people who answer proposals, meet the same rows in any order.
    """
    list(Reconciliation.objects.select_for_update().filter(organization=organization_id))


def held(rows: QuerySet, *order: str) -> set[int]:
    """Primary keys of those that are there, and stay until the transaction ends. `order` as others lock them."""
    return set(rows.order_by(*order or ("pk",)).select_for_update(no_key=True).values_list("pk", flat=True))
