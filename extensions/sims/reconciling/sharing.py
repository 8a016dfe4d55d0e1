"""One number on two devices: at several carriers, with a check digit and without, or as the ICCID of a SIM that its
carrier knows by another number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from devices.models import DeviceIdentifier
from extensions.core import registry
from extensions.sims.inventory import typed
from extensions.sims.models import SharedIdentifier, Sim
from extensions.sims.queries import CAPABILITY
from iotdash.organizations.models import Organization


@dataclass(frozen=True)
class Holder:
    """A device that is known by `number`; `key` is the device key of the extension."""

    device_id: int
    key: str
    number: str


def keys() -> dict[str, str]:
    """Key of identifiers of every installed carrier → its device key."""
    carriers = [each for each in registry.manifests().values() if each.capability == CAPABILITY]
    return {f"{each.device_key}.{each.subject_field}": each.device_key for each in carriers}


def note(organization: Organization, identifiers: Sequence[DeviceIdentifier], number: int) -> None:
    """Those of these identifiers that other devices have as well, as seen in the pass of this number."""
    mine = [*_configured(identifiers), *_told(organization, device__in={each.device_id for each in identifiers})]
    by_reading: dict[str, list[Holder]] = {}
    for holder in mine:
        for reading in _readings(holder):
            by_reading.setdefault(reading, []).append(holder)
    rows = {}
    for other in _having(organization, list(by_reading)):
        for holder in by_reading[other.number]:
            if holder.device_id != other.device_id:
                shared = min(holder.number, other.number, key=lambda each: (len(each), each))
                for each in (holder, other):
                    rows[shared, each.device_id, each.key] = _row(organization, shared, each, number)
    SharedIdentifier.objects.bulk_create(
        [rows[key] for key in sorted(rows)],
        update_conflicts=True,
        update_fields=["told", "seen_in"],
        unique_fields=["organization", "number", "device", "key"],
    )


def _having(organization: Organization, readings: Sequence[str]) -> list[Holder]:
    others = organization.device_identifiers.filter(key__in=keys(), value__in=readings)
    return [*_configured(others), *_told(organization, iccid__in=readings)]


def _configured(identifiers: Iterable[DeviceIdentifier]) -> list[Holder]:
    device_keys = keys()
    return [Holder(each.device_id, device_keys[each.key], each.value) for each in identifiers]


def _told(organization: Organization, **where: object) -> list[Holder]:
    """By carriers that know a SIM by another number than its ICCID."""
    sims = Sim.objects.filter(organization=organization, device__isnull=False, iccid__isnull=False, **where)
    rows = sims.values_list("device_id", "config__slug", "iccid")
    manifests = registry.manifests()
    return [Holder(device, manifests[slug].device_key, iccid) for device, slug, iccid in rows if slug in manifests]


def _readings(holder: Holder) -> frozenset[str]:
    return typed.readings(holder.number) | {holder.number}


def _row(organization: Organization, shared: str, holder: Holder, number: int) -> SharedIdentifier:
    return SharedIdentifier(
        organization=organization,
        number=shared,
        device_id=holder.device_id,
        key=holder.key,
        told=holder.number,
        seen_in=number,
    )
