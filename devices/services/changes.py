"""Saving what changed and nothing else, unless somebody was faster."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

from devices.models import Device, DeviceType
from devices.services.errors import Stale

Changeable = TypeVar("Changeable", Device, DeviceType)


def locked(row: Changeable, expected: dt.datetime | None) -> Changeable:
    """The row as it is now, kept from others until the transaction ends.

    `expected` is the `updated_at` that the editor saw. Raises Stale if it is older.
    """
    related = ("device_type", "organization") if isinstance(row, Device) else ("organization",)
    rows = type(row).objects.select_related(*related).select_for_update(of=("self",))
    current = rows.get(pk=row.pk)
    if expected is not None and current.updated_at != expected:
        raise Stale(current)
    return current


def save_changes(row: Changeable, values: Mapping[str, Any]) -> list[str]:
    """Names of the fields that differed and were saved, sorted. Raises ValidationError by field name."""
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        clean(row, only=changed)
        row.save(update_fields=[*changed, "updated_at"])
    return changed


def clean(row: Device | DeviceType, only: list[str] | None = None) -> None:
    """Validates values, not uniqueness, which the database decides. Raises ValidationError by field name."""
    fields = {field.name for field in row._meta.fields}
    skipped = {"organization", "device_type"} if only is None else fields - set(only)
    row.clean_fields(exclude=skipped)
