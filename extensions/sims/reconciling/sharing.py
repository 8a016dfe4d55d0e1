"""One number on two devices: at several carriers, with a check digit and without, or as the ICCID of a SIM that its
carrier knows by another number."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from devices.models import Device, DeviceIdentifier
from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims.inventory import typed
from extensions.sims.models import SharedIdentifier, Sim
from extensions.sims.reconciling.holding import held
from iotdash.organizations.models import Organization


@dataclass(frozen=True)
class Holder:
    """A device that is known by `number`; `key` is the device key of the extension."""

    device_id: int
    key: str
    number: str


class Shared:
    """What identifiers of an organization's devices share, as seen in the pass of this number."""

    def __init__(self, organization: Organization, configs: Sequence[ExtensionConfig], number: int) -> None:
        self.organization, self.configs, self.number = organization, configs, number
        carriers = [registry.manifest(config.slug) for config in configs]
        # Key of identifiers → device key. What is left of a removed extension is nobody's.
        self.keys = {f"{each.device_key}.{each.subject_field}": each.device_key for each in carriers}
        self.device_keys = {config.pk: registry.manifest(config.slug).device_key for config in configs}

    def identifiers(self) -> QuerySet[DeviceIdentifier]:
        return self.organization.device_identifiers.filter(key__in=self.keys)

    def note(self, identifiers: Sequence[DeviceIdentifier]) -> None:
        """Those of these identifiers that other devices have as well."""
        mine = [*self._configured(identifiers), *self._told(device__in={each.device_id for each in identifiers})]
        rows = {
            (shared, holder.device_id, holder.key): self._row(shared, holder) for shared, holder in self._pairs(mine)
        }
        with transaction.atomic():
            there = held(Device.objects.filter(pk__in={row.device_id for row in rows.values()}))
            SharedIdentifier.objects.bulk_create(
                [rows[key] for key in sorted(rows) if rows[key].device_id in there],
                update_conflicts=True,
                update_fields=["told", "seen_in"],
                unique_fields=["organization", "number", "device", "key"],
            )

    def _pairs(self, mine: Iterable[Holder]) -> Iterator[tuple[str, Holder]]:
        """The number and each device that has it; the shorter number, where they are written in two ways."""
        by_reading: dict[str, list[Holder]] = {}
        for holder in mine:
            for reading in typed.readings(holder.number):
                by_reading.setdefault(reading, []).append(holder)
        for other in self._having(list(by_reading)):
            for holder in by_reading[other.number]:
                if holder.device_id != other.device_id:
                    shared = min(holder.number, other.number, key=lambda each: (len(each), each))
                    yield from ((shared, holder), (shared, other))

    def _having(self, readings: Sequence[str]) -> list[Holder]:
        return [*self._configured(self.identifiers().filter(value__in=readings)), *self._told(iccid__in=readings)]

    def _configured(self, identifiers: Iterable[DeviceIdentifier]) -> list[Holder]:
        return [Holder(each.device_id, self.keys[each.key], each.value) for each in identifiers]

    def _told(self, **where: object) -> list[Holder]:
        """By carriers that know a SIM by another number than its ICCID."""
        sims = Sim.objects.filter(config__in=self.configs, device__isnull=False, iccid__isnull=False, **where)
        rows = sims.values_list("device_id", "config_id", "iccid")
        return [Holder(device, self.device_keys[config], iccid) for device, config, iccid in rows]

    def _row(self, shared: str, holder: Holder) -> SharedIdentifier:
        return SharedIdentifier(
            organization=self.organization,
            number=shared,
            device_id=holder.device_id,
            key=holder.key,
            told=holder.number,
            seen_in=self.number,
        )
