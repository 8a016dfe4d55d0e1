"""Reads of devices and device types, always of one organization."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeVar

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery

from devices.conditions import of_devices
from devices.models import Device, DeviceIdentifier, DeviceType, DiagnosticErrorCode, DiagnosticLog, EventCache
from iotdash.lib.lists import COUNT_LIMIT, Condition, Count
from iotdash.lib.prepared import Prepared
from iotdash.organizations.models import Organization

Report = TypeVar("Report", DiagnosticLog, DiagnosticErrorCode)
# No text continues with a character beyond this one.
_LAST = "\U0010ffff"


class BoundedCount(Subquery):
    """Counts the rows of a sliced subquery: a million of them cost no more than the slice."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def for_lists(devices: QuerySet[Device], *, metadata: bool = False) -> QuerySet[Device]:
    """With types, without metadata unless it is shown.

    Types come by a second query: joined, SQLite sorts a hundred thousand rows instead of walking an index.
    """
    found = devices.prefetch_related("device_type")
    return found if metadata else found.defer("metadata")


def device_of(organization: Organization, type_id: str, device_id: str, related: Sequence[str] = ()) -> Device:
    """One whole device with its type, and what is `related`. Raises Device.DoesNotExist."""
    found = _device(tuple(related)).first(organization.pk, type_id, device_id)
    if found is None:
        raise Device.DoesNotExist
    found.organization = organization
    return found


@cache
def _device(related: tuple[str, ...]) -> Prepared[Device]:
    whole = Device.objects.select_related("device_type", *related)
    return Prepared(
        lambda organization, type_id, device_id: whole.filter(
            organization=organization, device_type__type_id=type_id, device_id=device_id
        )
    )


def types_of(organization: Organization) -> QuerySet[DeviceType]:
    return organization.device_types.order_by("type_id")


def type_of(organization: Organization, type_id: str) -> DeviceType:
    """Raises DeviceType.DoesNotExist."""
    found = _type.first(organization.pk, type_id)
    if found is None:
        raise DeviceType.DoesNotExist
    found.organization = organization
    return found


_type = Prepared(lambda organization, type_id: DeviceType.objects.filter(organization=organization, type_id=type_id))


def gateway_types_of(organization: Organization) -> list[DeviceType]:
    return _gateway_types.rows(organization.pk)


_gateway_types = Prepared(
    lambda organization: DeviceType.objects.filter(organization=organization, class_id=DeviceType.ClassId.GATEWAY)
)


def with_device_counts(types: QuerySet[DeviceType]) -> QuerySet[DeviceType]:
    """Each type with `counted`, which stops just above COUNT_LIMIT; see `device_count`."""
    devices = Device.objects.filter(device_type=OuterRef("pk")).order_by()
    return types.annotate(counted=BoundedCount(devices.values("pk")[: COUNT_LIMIT + 1]))


def device_count(device_type: DeviceType) -> Count:
    """ "312" or "10,000+" of a type read through `with_device_counts`."""
    return Count(min(device_type.counted, COUNT_LIMIT), exact=device_type.counted <= COUNT_LIMIT)


def starting_with(field: str, text: str) -> Q:
    """Prefix search as a range, which an ordinary index answers; upper and lower case differ."""
    return Q(**{f"{field}__gte": text, f"{field}__lt": text + _LAST})


def search(organization: Organization, text: str) -> list[Condition]:
    """The ways in which a device is found by `text`: its device ID, serial number or an identifier starts with it."""
    begins = starting_with("value", text)
    identifier = DeviceIdentifier.objects.filter(begins, device=OuterRef("pk"))
    return [
        of_devices(organization, starting_with("device_id", text), ordered=True),
        of_devices(organization, starting_with("serial_number", text)),
        Condition(Exists(identifier), organization.device_identifiers.filter(begins), key="device_id"),
    ]


def type_templates(organization: Organization, limit: int = 200) -> list[dict[str, str]]:
    """Type ids with the manufacturer, model and firmware version of each type: suggestions for filters."""
    names = ("type_id", "manufacturer", "model", "fw_version")
    return list(types_of(organization).values(*names)[:limit])


def suggestions(templates: Iterable[dict[str, str]], name: str) -> list[str]:
    """The different values of one field, sorted, without the empty one."""
    return sorted({template[name] for template in templates} - {""})


def event_cache_of(organization: Organization) -> EventCache:
    """The stored choice, or an unsaved one as it is by default."""
    return _event_cache.first(organization.pk) or EventCache(organization=organization)


_event_cache = Prepared(lambda organization: EventCache.objects.filter(organization=organization))


def newest(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Log entries or error codes of one device, newest first, by an index."""
    return reports.order_by("-happened_at", "-pk")
