"""Adding and removing many devices of any types at once: one transaction, and an outcome for each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from devices.facets import facets
from devices.models import Device, DeviceType
from devices.services.devices import BATCH, prepared
from devices.services.errors import DeviceExists, DevicesError, NoSuchType
from devices.services.quota import raise_if_full
from devices.services.values import NewDevice, Registered
from iotdash.audit.services import Source, record
from iotdash.organizations.models import Organization

Name = tuple[str, str]
_TRIES = 3


@dataclass(frozen=True)
class Outcome:
    """What became of one row: `registered`, or the `error` that it was refused for."""

    registered: Registered | None = None
    error: ValidationError | DevicesError | None = None


def add_mixed(
    organization: Organization, rows: Sequence[tuple[str, NewDevice]], source: Source, kind: str
) -> list[Outcome]:
    """Pairs of a type ID and a device, in their order. What cannot be added keeps no other from being added.

    Raises QuotaReached, and adds none, if there is no room for all that could be.
    """
    for _ in range(_TRIES - 1):
        try:
            return _add(organization, rows, source, kind)
        except IntegrityError:
            # Somebody added one of them, or deleted a type, in this moment: the next look finds that.
            continue
    return _add(organization, rows, source, kind)


def remove_many(organization: Organization, names: Sequence[Name], source: Source) -> None:
    """Pairs of type ID and device ID. One that is not there is as good as removed."""
    with transaction.atomic():
        found = _existing(organization, names)
        for keys in _batches(list(found.values())):
            devices = Device.objects.filter(pk__in=keys)
            _forget(devices.filter(configured=True))
            devices.delete()
        if found:
            record(source, "devices deleted", count=len(found), by_type=_by_type(found))


def _forget(devices: Iterable[Device]) -> None:
    """Of devices without a configuration there is nothing to forget."""
    for device in devices:
        for facet in facets():
            facet.forget(device)


def _add(organization: Organization, rows: Sequence[tuple[str, NewDevice]], source: Source, kind: str) -> list[Outcome]:
    with transaction.atomic():
        types = _types(organization, {type_id for type_id, _ in rows})
        taken = set(_existing(organization, [(type_id, new.device_id) for type_id, new in rows]))
        outcomes = []
        for type_id, new in rows:
            outcome = _outcome(types.get(type_id), type_id, new, taken, source, kind)
            outcomes.append(outcome)
            if outcome.registered:
                taken.add((type_id, new.device_id))
        devices = [each.registered.device for each in outcomes if each.registered]
        raise_if_full(organization, len(devices))
        Device.objects.bulk_create(devices, batch_size=BATCH)
        if devices:
            names = [(device.device_type.type_id, device.device_id) for device in devices]
            record(source, "devices added", count=len(devices), by_type=_by_type(names))
    return outcomes


def _outcome(
    device_type: DeviceType | None, type_id: str, new: NewDevice, taken: set[Name], source: Source, kind: str
) -> Outcome:
    if device_type is None:
        return Outcome(error=NoSuchType(type_id))
    if (type_id, new.device_id) in taken:
        return Outcome(error=DeviceExists(type_id, new.device_id))
    try:
        return Outcome(prepared(device_type, new, source, kind))
    except ValidationError as error:
        return Outcome(error=error)


def _types(organization: Organization, type_ids: set[str]) -> dict[str, DeviceType]:
    batches = _batches(sorted(type_ids))
    return {each.type_id: each for batch in batches for each in organization.device_types.filter(type_id__in=batch)}


def _existing(organization: Organization, names: Sequence[Name]) -> dict[Name, int]:
    """Primary keys of those that exist."""
    wanted = set(names)
    found: dict[Name, int] = {}
    for batch in _batches(sorted({device_id for _, device_id in wanted})):
        rows = organization.devices.filter(device_id__in=batch).values_list("type_name", "device_id", "pk")
        found |= {(type_id, device_id): pk for type_id, device_id, pk in rows if (type_id, device_id) in wanted}
    return found


def _by_type(names: Iterable[Name]) -> dict[str, int]:
    """Of the ten types with the most, for the activity log."""
    return dict(Counter(type_id for type_id, _ in names).most_common(10))


def _batches(values: Sequence) -> Iterator[Sequence]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
