"""A fleet of any size, and its SIMs, made fast and lumpy as real fleets are.

Device IDs begin with their type, so whole makers stand together at the end of the alphabet; nearly all devices and
SIMs are alike and some values are rare; one tag stands only among the last in the order of IDs. Rows lie in the order
in which devices came, which is not that of their names.
"""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from devices.models import Device, DeviceIdentifier, DeviceType, Tag
from devices.tags import sets
from extensions.core.contract import Manifest
from extensions.core.models import DeviceConfiguration, ExtensionConfig, Health, Lane
from extensions.core.registry import manifests
from extensions.core.targets import CONFIGURATION_KEY
from extensions.sims.contract import SimState
from extensions.sims.models import Sim
from iotdash.organizations.models import Organization

BATCH = 5_000
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
ORDINARY, RARE, ABSENT = SimState.ACTIVATED, SimState.PURGED, SimState.TEST_READY
UNCONFIGURED, UNLOCATED, MISSING, STALE = 0.03, 0.6, 0.002, 0.03
# SIMs in no device, beside those of devices: another carrier's, so that they lie together.
SPARE = 0.05
USUAL_TAG, LATE_TAG, RARE_TAG = "in use", "wet", "to replace"
TAGGED = {USUAL_TAG: 0.95, "leased": 0.2, RARE_TAG: 0.0005}
WET_PUMPS = 0.06


@dataclass(frozen=True)
class Kind:
    """A device type and its share of the fleet."""

    type_id: str
    share: float
    manufacturer: str
    models: tuple[str, ...]
    firmware: tuple[str, ...]
    class_id: str = DeviceType.ClassId.DEVICE


KINDS = (
    Kind("asset-tracker", 0.08, "Vela", ("V2", "V3"), ("7.1", "7.2")),
    Kind("border-gateway", 0.0006, "Brightline", ("BL-G8",), ("12.4",), DeviceType.ClassId.GATEWAY),
    Kind("camera", 0.02, "Ostro", ("C1", "C2"), ("0.9", "1.0")),
    Kind("level-sensor", 0.12, "Halvorsen", ("HL 10",), ("2.0", "2.1", "2.2")),
    Kind("meter", 0.45, "Okapi", ("Q3", "Q5", "Q7"), ("1.9", "2.0")),
    Kind("pump", 0.3294, "Halvorsen", ("HB 40", "HB 65"), ("3.2.1", "3.4.0")),
)


def seed(organization: Organization, size: int) -> None:
    chance = random.Random(size)
    types = {kind: _type(organization, kind) for kind in KINDS}
    devices = list(_devices(organization, types, size, chance))
    chance.shuffle(devices)
    for device in devices:
        device.configured = chance.random() > UNCONFIGURED
    _tag(organization, devices, chance)
    Device.objects.bulk_create(devices, batch_size=BATCH)
    _seed_sims(organization, devices, chance)
    if connection.vendor == "postgresql":
        # The server does so by itself within a minute.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


def _type(organization: Organization, kind: Kind) -> DeviceType:
    return DeviceType.objects.create(
        organization=organization, type_id=kind.type_id, class_id=kind.class_id, manufacturer=kind.manufacturer
    )


def _devices(
    organization: Organization, types: dict[Kind, DeviceType], size: int, chance: random.Random
) -> Iterator[Device]:
    kinds = chance.choices(KINDS, [kind.share for kind in KINDS], k=size)
    # Also the smallest fleet has each kind.
    for number, kind in enumerate([*KINDS, *kinds[len(KINDS) :]]):
        located = chance.random() > UNLOCATED
        yield Device(
            organization=organization,
            device_type=types[kind],
            device_id=f"{kind.type_id}-{number:06d}",
            serial_number=f"{kind.manufacturer[:2].upper()}{chance.randrange(10**9):09d}",
            manufacturer=kind.manufacturer,
            model=chance.choice(kind.models),
            fw_version=chance.choice(kind.firmware),
            hw_version=chance.choice("ABC"),
            descriptive_location=f"Site {chance.randrange(400)}",
            latitude=46 + chance.random() if located else None,
            longitude=8 + chance.random() if located else None,
            metadata={"site": chance.randrange(400), "installed": "2024-05-01"},
            registered_at=NOW - dt.timedelta(minutes=chance.randrange(10**6)),
            registered_by="installer@example.com",
        )


def _tag(organization: Organization, devices: Sequence[Device], chance: random.Random) -> None:
    """Before the devices are saved."""
    tags = {name: Tag.objects.create(organization=organization, name=name, folded=name) for name in (*TAGGED, LATE_TAG)}
    known: dict[tuple[str, ...], int] = {}
    for number, device in enumerate(devices):
        late = WET_PUMPS if device.device_id.startswith("pump") else 0
        names = tuple(name for name, share in (*TAGGED.items(), (LATE_TAG, late)) if chance.random() < share)
        # Also the smallest fleet has a device with the rare tag.
        names = names if number else (RARE_TAG,)
        if names not in known:
            known[names] = sets.set_of(organization, [tags[name] for name in names])
        device.tag_set = known[names]


def _seed_sims(organization: Organization, devices: Sequence[Device], chance: random.Random) -> None:
    manifest, other = [each for each in manifests().values() if each.subject_field][:2]
    configs = [_config(organization, manifest, name, is_default=name == "Main") for name in ("Main", "Second")]
    spare = _config(organization, other, "Spare", is_default=True)
    sims, identifiers, documents = list(_spare_sims(spare, int(len(devices) * SPARE))), [], []
    for number, device in enumerate(devices):
        subject = f"8901{number:016d}"
        sims.append(_sim(chance.choices(configs, (9, 1))[0], subject, device if device.configured else None, chance))
        part = {
            manifest.subject_field: subject,
            **({CONFIGURATION_KEY: "Second"} if sims[-1].config.name == "Second" else {}),
        }
        documents.append(
            DeviceConfiguration(device=device, document={manifest.device_key: part} if device.configured else {})
        )
        if device.configured:
            key = f"{manifest.device_key}.{manifest.subject_field}"
            identifiers.append(DeviceIdentifier(organization=organization, device=device, key=key, value=subject))
    for rows in (sims, identifiers, documents):
        type(rows[0]).objects.bulk_create(rows, batch_size=BATCH)


def _config(organization: Organization, manifest: Manifest, name: str, *, is_default: bool) -> ExtensionConfig:
    return ExtensionConfig.objects.create(
        organization=organization,
        slug=manifest.slug,
        name=name,
        is_default=is_default,
        account_digest=name,
        lane=Lane.objects.create(key=f"{organization.pk} {name}"),
        health=Health.CONNECTED,
    )


def _spare_sims(config: ExtensionConfig, number: int) -> Iterator[Sim]:
    """In stock, of a carrier that tells no usage; the newer half was never asked about."""
    for each in range(number):
        yield Sim(
            organization_id=config.organization_id,
            config=config,
            subject=f"8933{each:016d}",
            state=SimState.INVENTORY,
            fetched_at=timezone.now() if each * 2 < number else None,
        )


def _sim(config: ExtensionConfig, subject: str, device: Device | None, chance: random.Random) -> Sim:
    state, minutes = _state(chance), chance.expovariate(1 / 400)
    return Sim(
        organization_id=config.organization_id,
        config=config,
        subject=subject,
        device=device,
        state=state,
        rate_plan=chance.choices(("Fleet 5 MB", "Fleet 50 MB", "Test"), (60, 39.95, 0.05))[0],
        # Those that are not in use have none, as in real fleets.
        ctd_data_bytes=int(chance.lognormvariate(16, 2)) if state == ORDINARY else chance.choice((0, None)),
        ctd_sms=chance.randrange(50),
        imsi=f"00101{subject[-10:]}",
        msisdn=f"882{subject[-10:]}",
        imei=f"{chance.choice((3549, 8612, 8698))}{chance.randrange(10**11):011d}",
        added_at=NOW - dt.timedelta(days=400),
        modified_at=NOW - dt.timedelta(minutes=chance.randrange(10**5)),
        fetched_at=timezone.now() - dt.timedelta(minutes=minutes + (chance.random() < STALE) * 10**5),
        missing_since=NOW if chance.random() < MISSING else None,
    )


def _state(chance: random.Random) -> str:
    """Nearly all are ordinary; one state is rare, one no SIM has, the others share a few percent."""
    draw = chance.random()
    if draw < 0.95:
        return ORDINARY
    if draw < 0.9505:
        return RARE
    return chance.choice([state for state in SimState if state not in (ORDINARY, RARE, ABSENT)])
