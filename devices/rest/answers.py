"""Device types and devices as the API answers them: plain dictionaries, made without asking the database."""

from collections.abc import Sequence
from typing import Any

from devices.converters import in_path
from devices.models import Device, DeviceInfo, DeviceType
from devices.rest.names import INFO, LOCATION
from iotdash.lib.rest.times import instant
from iotdash.organizations.models import Organization

_GATEWAY = DeviceType.ClassId.GATEWAY
# What a device's answer is made of: lists read only these, and no instances.
DEVICE_FIELDS = (
    "pk",
    "device_type_id",
    "type_name",
    "device_id",
    *INFO.values(),
    "metadata",
    "registered_by",
    "registered_kind",
    "registered_at",
    "alert_enabled",
    "alert_at",
)


def device_type(row: DeviceType) -> dict[str, Any]:
    description = {"description": row.description} if row.description else {}
    return {
        "id": row.type_id,
        "classId": row.class_id,
        **description,
        "deviceInfo": info(row),
        "metadata": row.metadata,
        "createdDateTime": instant(row.created_at),
        "updatedDateTime": instant(row.updated_at),
    }


def device_types(rows: Sequence[DeviceType]) -> list[dict[str, Any]]:
    return [device_type(row) for row in rows]


def device(row: Device, organization: Organization) -> dict[str, Any]:
    """Its type has to be loaded."""
    return listed_device(row, organization, gateway=row.device_type.class_id == _GATEWAY)


def listed_device(row: Any, organization: Organization, *, gateway: bool) -> dict[str, Any]:
    """`row` has DEVICE_FIELDS."""
    type_id, device_id = row.type_name, row.device_id
    client_id = f"{'g' if gateway else 'd'}:{organization.public_id}:{type_id}:{device_id}"
    at = f"/device/types/{in_path(type_id)}/devices/{in_path(device_id)}"
    return {
        "clientId": client_id,
        "id": client_id,
        "typeId": type_id,
        "deviceId": device_id,
        "deviceInfo": info(row),
        "metadata": row.metadata,
        "registration": {
            "auth": {"id": row.registered_by, "type": row.registered_kind},
            "date": instant(row.registered_at),
        },
        "status": {"alert": {"enabled": row.alert_enabled, "timestamp": instant(row.alert_at)}},
        "refs": {
            "location": f"{at}/location",
            "diag": {"logs": f"{at}/diag/logs", "errorCodes": f"{at}/diag/errorCodes"},
        },
    }


def info(row: DeviceInfo) -> dict[str, str]:
    """What is known of the eight."""
    return {name: value for name, field in INFO.items() if (value := getattr(row, field))}


def location(row: Device) -> dict[str, Any] | None:
    """None if it was never set."""
    if row.latitude is None:
        return None
    numbers = {name: getattr(row, name) for name in LOCATION}
    known = {name: value for name, value in numbers.items() if value is not None}
    measured, updated = row.measured_at or row.located_at, row.located_at or row.updated_at
    return {**known, "measuredDateTime": instant(measured or updated), "updatedDateTime": instant(updated)}
