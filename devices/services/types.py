"""Adding, editing and deleting device types."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from devices.models import DeviceType
from devices.services.changes import clean, locked, save_changes
from devices.services.errors import TypeExists, TypeInUse
from devices.services.values import known_info
from iotdash.audit.services import Source, record
from iotdash.organizations.models import Organization


def add_type(
    organization: Organization,
    source: Source,
    *,
    type_id: str,
    class_id: str = DeviceType.ClassId.DEVICE,
    description: str = "",
    info: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> DeviceType:
    """Raises ValidationError by field name, TypeExists."""
    own = {"type_id": type_id, "class_id": class_id, "description": description, "metadata": dict(metadata or {})}
    device_type = DeviceType(organization=organization, **own, **known_info(info))
    clean(device_type)
    try:
        with transaction.atomic():
            device_type.save(force_insert=True)
            record(source, "device type added", "device type", type_id, class_id=str(class_id))
    except IntegrityError:
        raise TypeExists(type_id) from None
    return device_type


def edit_type(
    device_type: DeviceType,
    source: Source,
    *,
    description: str | None = None,
    info: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    expected: dt.datetime | None = None,
) -> DeviceType:
    """Changes what is given; None leaves as it is. Devices that exist keep what they have.

    Raises ValidationError by field name; Stale when `expected` is not its `updated_at` any more.
    """
    values: dict[str, Any] = known_info(info)
    if description is not None:
        values["description"] = description
    if metadata is not None:
        values["metadata"] = dict(metadata)
    with transaction.atomic():
        current = locked(device_type, expected)
        if changed := save_changes(current, values):
            record(source, "device type edited", "device type", current.type_id, changed=changed)
    return current


def delete_type(device_type: DeviceType, source: Source) -> None:
    """Raises TypeInUse while it has devices."""
    type_id = device_type.type_id
    try:
        with transaction.atomic():
            device_type.delete()
            record(source, "device type deleted", "device type", type_id)
    except (ProtectedError, IntegrityError):
        # IntegrityError: a device was added between the check and the deletion.
        raise TypeInUse(type_id) from None
