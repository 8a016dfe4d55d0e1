"""What a filter or a search asks of devices; see `Condition` for what the list of them needs to know."""

from django.db.models import Q

from iotdash.lib.lists import Condition
from iotdash.organizations.models import Organization

# The order in which the list opens.
BY_ID = "device_id"


def of_devices(organization: Organization, where: Q, *, ordered: bool = False) -> Condition:
    """A condition on fields of the device itself. `ordered`: an index has these devices in the order of their IDs."""
    found = organization.devices.filter(where)
    # In that order SQLite takes that index also where it only counts.
    return Condition(where, found.order_by(BY_ID, "pk") if ordered else found, ordered=(BY_ID,) if ordered else ())
