"""Names that outside services have for a device. In one organization a name belongs to one device."""

from collections.abc import Iterable, Mapping

from django.db import IntegrityError, transaction

from devices.models import Device, DeviceIdentifier
from iotdash.organizations.models import Organization


class IdentifierTaken(Exception):
    """Another device has this identifier; `device` has its type loaded, for naming and linking it."""

    def __init__(self, key: str, value: str, device: Device) -> None:
        super().__init__(f"{value} belongs to device {device.device_id} of type {device.device_type.type_id}.")
        self.key = key
        self.value = value
        self.device = device


def owner_of(organization: Organization, key: str, value: str) -> Device | None:
    """The device that has this identifier, with its type loaded."""
    rows = Device.objects.select_related("device_type")
    return rows.filter(
        organization=organization,
        identifiers__organization=organization,
        identifiers__key=key,
        identifiers__value=value,
    ).first()


def owners_of(organization: Organization, key: str, values: Iterable[str]) -> dict[str, Device]:
    """`owner_of` of many values of one key, by value."""
    rows = DeviceIdentifier.objects.filter(organization=organization, key=key, value__in=sorted(values))
    return {row.value: row.device for row in rows.select_related("device__device_type")}


def set_identifiers(device: Device, identifiers: Mapping[str, str | None]) -> None:
    """Replaces the identifiers of the given keys, all or none; None or "" removes one. Other keys stay.

    Raises IdentifierTaken, naming the other device, also when that device was faster by a moment.
    """
    wanted = {key: value for key, value in identifiers.items() if value}
    try:
        with transaction.atomic():
            _replace(device, list(identifiers), wanted)
    except IntegrityError:
        _raise_if_taken(device, wanted)
        raise


def set_configured(device: Device, configured: bool) -> None:
    """Notes whether an app above keeps a configuration for the device. That changes nothing that the device is."""
    Device.objects.filter(pk=device.pk).exclude(configured=configured).update(configured=configured)


def _replace(device: Device, keys: list[str], wanted: dict[str, str]) -> None:
    rows = device.identifiers.filter(key__in=keys)
    before = dict(rows.values_list("key", "value"))
    if before == wanted:
        return
    if before:
        rows.delete()
    DeviceIdentifier.objects.bulk_create(
        DeviceIdentifier(organization_id=device.organization_id, device=device, key=key, value=value)
        for key, value in wanted.items()
    )


def _raise_if_taken(device: Device, wanted: dict[str, str]) -> None:
    for key, value in wanted.items():
        owner = owner_of(device.organization, key, value)
        if owner is not None and owner.pk != device.pk:
            raise IdentifierTaken(key, value, owner) from None
