"""SIMs in no device that have a number which stands in a device: for many devices at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from devices.models import Device, DeviceIdentifier
from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims.inventory import typed
from extensions.sims.models import LinkProposal, Sim
from extensions.sims.reconciling.told import Told, numbers_of

Matched = LinkProposal.Matched
# Numbers in one query.
_AT_ONCE = 5_000
# Field of a SIM → what it is called; the most telling first.
_FIELDS = ("iccid", "subject", "equipment")


@dataclass(frozen=True)
class Match:
    sim: Sim
    device: Device
    matched: Matched
    told: Told


def find(configs: Sequence[ExtensionConfig], devices: Sequence[Device]) -> list[Match]:
    """One for each SIM and device that fit. A device that has a SIM of the carrier already is left alone."""
    by_number = _by_number(devices)
    free = Sim.objects.filter(config__in=configs, device=None, missing_since=None)
    found: dict[tuple[int, int], Match] = {}
    for name in _FIELDS:
        numbers = [number for number, field in by_number if field == name]
        for sim in _having(free, name, numbers):
            for device, told in by_number[getattr(sim, name), name]:
                found.setdefault((sim.pk, device.pk), Match(sim, device, _word(name, sim), told))
    taken = _taken(configs, [match.device for match in found.values()])
    keys = {config.pk: key_of(config) for config in configs}
    return [match for match in found.values() if (match.device.pk, keys[match.sim.config_id]) not in taken]


def still(sim: Sim, device: Device) -> Match | None:
    """How they fit now, if they do."""
    numbers = _by_number([device])
    for name in _FIELDS:
        fitting = numbers.get((getattr(sim, name), name))
        if fitting:
            return Match(sim, device, _word(name, sim), fitting[0][1])
    return None


def key_of(config: ExtensionConfig) -> str:
    """The key of identifiers that devices have of this carrier."""
    return identifier_key(config.slug)


def identifier_key(slug: str) -> str:
    manifest = registry.manifest(slug)
    return f"{manifest.device_key}.{manifest.subject_field}"


def _by_number(devices: Iterable[Device]) -> Mapping[tuple[str, str], list[tuple[Device, Told]]]:
    """(number, field of a SIM that may have it) → where it stands."""
    found: dict[tuple[str, str], list[tuple[Device, Told]]] = {}
    for device in devices:
        for told in numbers_of(device):
            for key in _keys(told.digits):
                found.setdefault(key, []).append((device, told))
    return found


def _keys(digits: str) -> Iterator[tuple[str, str]]:
    for number in typed.readings(digits):
        yield number, "iccid"
        yield number, "subject"
    if 14 <= len(digits) <= 16 and (core := typed.equipment(digits)):
        yield core, "equipment"


def _having(sims: QuerySet[Sim], name: str, numbers: Sequence[str]) -> Iterator[Sim]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield from sims.filter(**{f"{name}__in": numbers[start : start + _AT_ONCE]}).only("pk", "config", *_FIELDS)


def _word(name: str, sim: Sim) -> Matched:
    if name == "equipment":
        return Matched.IMEI
    return Matched.ICCID if name == "iccid" or typed.is_iccid(sim.subject) else Matched.IDENTIFIER


def _taken(configs: Sequence[ExtensionConfig], devices: Sequence[Device]) -> set[tuple[int, str]]:
    """(device, key) of those that have a SIM of the carrier."""
    keys = {key_of(config) for config in configs}
    rows = DeviceIdentifier.objects.filter(device__in={device.pk for device in devices}, key__in=keys)
    return set(rows.values_list("device_id", "key"))
