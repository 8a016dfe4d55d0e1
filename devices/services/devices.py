"""Adding, editing and deleting devices."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from devices.facets import facets
from devices.models import INFO_FIELDS, Device, DeviceType
from devices.services.changes import clean, locked, save_changes
from devices.services.errors import DeviceExists
from devices.services.quota import raise_if_full
from devices.services.tokens import new_token, validate_token
from devices.services.values import KEEP, Keep, Location, NewDevice, Registered, known_info, location_fields
from iotdash.audit.services import Source, record
from iotdash.lib.crypto import hash_token
from iotdash.organizations.models import Organization

BATCH = 500


def add_device(
    device_type: DeviceType, new: NewDevice, source: Source, kind: str = Device.RegisteredKind.PERSON
) -> Registered:
    """`kind` is what the source's actor is. Raises ValidationError by field name, DeviceExists, QuotaReached."""
    registered = prepared(device_type, new, source, kind)
    device = registered.device
    raise_if_full(device.organization, 1)
    try:
        with transaction.atomic():
            device.save(force_insert=True)
            record(source, "device added", "device", device.path)
    except IntegrityError:
        _raise_if_taken(device_type, [device.device_id])
        raise
    return registered


def add_devices(
    organization: Organization, device_type: DeviceType, rows: Iterable[NewDevice], source: Source
) -> list[Registered]:
    """All or none, in the order given, with one activity entry. Raises ValidationError, DeviceExists, QuotaReached."""
    if device_type.organization_id != organization.pk:
        raise ValueError("The device type belongs to another organization.")
    registered = [prepared(device_type, new, source) for new in rows]
    devices = [each.device for each in registered]
    raise_if_full(organization, len(devices))
    try:
        with transaction.atomic():
            Device.objects.bulk_create(devices, batch_size=BATCH)
            record(source, "devices added", "device type", device_type.type_id, count=len(devices))
    except IntegrityError:
        _raise_if_taken(device_type, [device.device_id for device in devices])
        raise
    return registered


def edit_device(
    device: Device,
    source: Source,
    *,
    info: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    location: Location | Keep | None = KEEP,
    alert: bool | None = None,
    expected: dt.datetime | None = None,
) -> Device:
    """Changes what is given; a location of None removes it.

    Raises ValidationError by field name; Stale when `expected` is not its `updated_at` any more.
    """
    values: dict[str, Any] = known_info(info)
    if metadata is not None:
        values["metadata"] = dict(metadata)
    if location is not KEEP:
        values |= location_fields(location)
    with transaction.atomic():
        current = locked(device, expected)
        if alert not in (None, current.alert_enabled):
            values |= {"alert_enabled": alert, "alert_at": timezone.now()}
        if changed := save_changes(current, values):
            record(source, "device edited", "device", current.path, changed=changed)
    return current


def delete_device(device: Device, source: Source) -> None:
    """Deletes the device and what belongs to it here. Nothing is changed at outside services."""
    path = device.path
    with transaction.atomic():
        for facet in facets():
            facet.forget(device)
        device.delete()
        record(source, "device deleted", "device", path)


def prepared(
    device_type: DeviceType, new: NewDevice, source: Source, kind: str = Device.RegisteredKind.PERSON
) -> Registered:
    """A valid device that is not saved yet. Raises ValidationError by field name."""
    now = timezone.now()
    token = "" if new.without_token else new.token or new_token()
    if token:
        validate_token(token)
    metadata = device_type.metadata if new.metadata is None else new.metadata
    device = Device(
        organization=device_type.organization,
        device_type=device_type,
        device_id=new.device_id,
        metadata=dict(metadata),
        token_digest=hash_token(token) if token else "",
        token_issued_at=now if token else None,
        registered_at=now,
        alert_at=now,
        registered_by=source.actor,
        registered_kind=kind,
        **_info_of(device_type, new),
        **location_fields(new.location),
    )
    clean(device)
    return Registered(device, token)


def _info_of(device_type: DeviceType, new: NewDevice) -> dict[str, str]:
    given = known_info(new.info)
    return {name: given.get(name) or getattr(device_type, name) for name in INFO_FIELDS}


def _raise_if_taken(device_type: DeviceType, device_ids: list[str]) -> None:
    for start in range(0, len(device_ids), BATCH):
        part = device_ids[start : start + BATCH]
        taken = device_type.devices.filter(device_id__in=part).values_list("device_id", flat=True).first()
        if taken:
            raise DeviceExists(device_type.type_id, taken) from None
    (often, count), *_ = Counter(device_ids).most_common(1)
    if count > 1:
        raise DeviceExists(device_type.type_id, often) from None
