"""What a filter or a search asks of devices, said in the ways that a list of many devices needs."""

from dataclasses import dataclass

from django.db.models import BooleanField, Case, Exists, Q, QuerySet, Value, When
from django.db.models import Count as CountOf

from iotdash.lib.lists import COUNT_LIMIT, Count
from iotdash.organizations.models import Organization

# Rows of `found` that are looked at beyond the limit, in case some name the same device.
REPEATS = 1_000


@dataclass(frozen=True)
class Condition:
    """One thing that is asked of devices.

    `where` is what a device must be. `found` are rows that name the same devices in their field `key`, read from an
    index of their own; several may name one device. `ordered`: an index has these devices in the order of their IDs.
    """

    where: Q | Exists
    found: QuerySet
    key: str = "pk"
    ordered: bool = False

    @property
    def walked(self) -> Case | Exists:
        """`where`, to be asked of one device after the other while the index of an order is walked."""
        return opaque(self.where) if isinstance(self.where, Q) else self.where

    def at_most(self, limit: int) -> set[int] | None:
        """Primary keys of the devices; None when there are more rows than `limit`."""
        keys = list(self.found.values_list(self.key, flat=True)[: limit + 1])
        return set(keys) if len(keys) <= limit else None

    def count(self, limit: int = COUNT_LIMIT) -> Count:
        """The devices, by one query that reads little more than `limit` rows."""
        most = limit + (0 if self.key == "pk" else REPEATS) + 1
        counted = self.found.values(self.key)[:most].aggregate(
            rows=CountOf("*"), devices=CountOf(self.key, distinct=self.key != "pk")
        )
        exact = counted["devices"] <= limit and counted["rows"] < most
        return Count(min(counted["devices"], limit), exact=exact)


def of_devices(organization: Organization, where: Q, *, ordered: bool = False) -> Condition:
    """A condition on fields of the device itself."""
    found = organization.devices.filter(where)
    # In that order SQLite takes that index also where it only counts.
    return Condition(where, found.order_by("device_id", "pk") if ordered else found, ordered=ordered)


def opaque(where: Q) -> Case:
    """Hidden from the planner: by its index it would fetch and sort all that match, for one page of them."""
    return Case(When(where, then=Value(True)), default=Value(False), output_field=BooleanField())
