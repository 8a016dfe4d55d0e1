"""What does not fit between the SIMs and the devices of the sample: something in each section of that page."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import permutations

from django.utils import timezone

from devices.models import Device
from devices.services import edit_device
from extensions.core import registry
from extensions.core.contract import DemoDevice, Manifest
from extensions.core.models import ExtensionConfig
from extensions.core.services import device_configuration
from extensions.sims import queries, unused
from extensions.sims.contract import SimState
from extensions.sims.models import ImeiChange, Reconciliation, Sim, UsageDay
from extensions.sims.reconciling import comparing
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization

Hand = tuple[Manifest, DemoDevice]
# SIMs that are in no device, and how many of them a device tells of; the last one is told by two.
FREE, TOLD = 6, 4
IDLE_FOR = (34, 41, 52, 67)
# IMEIs of trackers that were swapped, and how many days ago.
SWAPPED = (("357742098106143", 3), ("357742098114808", 12))


def seed(organization: Organization, left: Sequence[Hand], source: Source) -> None:
    """`left` are SIMs of the sandboxes that no device has."""
    configs = {config.slug: config for config in queries.configurations(organization)}
    if not configs:
        return
    _tell_of(organization, _free(configs, left[:FREE]), source)
    _share(organization, configs, source)
    _idle(organization)
    _swap(organization)
    Reconciliation.objects.create(organization=organization)
    comparing.run(organization.pk)


def _free(configs: dict[str, ExtensionConfig], left: Sequence[Hand]) -> list[Sim]:
    """As a first inventory would list them."""
    sims = []
    for manifest, given in left:
        config, subject = configs[manifest.slug], given.part[manifest.subject_field]
        for record in given.fetched:
            registry.capability(manifest).store(config, subject, record, timezone.now())
        sims += Sim.objects.filter(config=config, subject=subject, device=None)
    return sims


def _tell_of(organization: Organization, sims: Sequence[Sim], source: Source) -> None:
    """In metadata of devices that have a SIM of another carrier, as people write such numbers down."""
    told = [*sims[:TOLD], *sims[TOLD - 1 : TOLD]]
    taken = {sim.config_id for sim in sims}
    devices = Device.objects.filter(organization=organization, sims__isnull=False).exclude(sims__config__in=taken)
    for sim, device in zip(told, devices.select_related("device_type").order_by("pk")[20:], strict=False):
        number = sim.iccid or sim.subject
        spaced = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
        edit_device(device, source, metadata=device.metadata | {"backup_sim": spaced})


def _share(organization: Organization, configs: dict[str, ExtensionConfig], source: Source) -> None:
    """One SIM in the configuration of a second device, at a carrier that knows SIMs by the same kind of number."""
    manifests = [registry.manifest(slug) for slug in configs]
    for first, second in permutations(manifests, 2):
        sim = Sim.objects.filter(config=configs[first.slug], device__isnull=False, state=SimState.ACTIVATED).first()
        other = _without(organization, (first.device_key, second.device_key))
        if first.subject_field == second.subject_field and sim and other:
            current = device_configuration.current(other)
            document = current.document | {second.device_key: {second.subject_field: sim.subject}}
            device_configuration.confirm(other, json.dumps(document), current.version, source, refresh=False)
            return


def _without(organization: Organization, keys: Sequence[str]) -> Device | None:
    """A device that has a SIM, and none of these extensions."""
    devices = Device.objects.filter(organization=organization, configured=True).select_related("device_type")
    for key in keys:
        devices = devices.exclude(identifiers__key__startswith=f"{key}.")
    return devices.order_by("pk").last()


def _idle(organization: Organization) -> None:
    """Activated SIMs that told zero every day."""
    sims = Sim.objects.filter(
        organization=organization, state=SimState.ACTIVATED, device__isnull=False, usage_at__isnull=False
    ).order_by("ctd_data_bytes", "pk")
    for sim, days in zip(sims, IDLE_FOR, strict=False):
        figures = {"data_bytes": 0, "sms": 0, "voice_seconds": 0}
        Sim.objects.filter(pk=sim.pk).update(**{f"ctd_{name}": 0 for name in figures})
        sim.usage_days.all().delete()
        UsageDay.objects.bulk_create(
            UsageDay(sim=sim, day=at.date(), seen_at=at, **figures) for at in _evenings(days + 1)
        )
        unused.note(Sim.objects.filter(pk=sim.pk), None)


def _evenings(number: int) -> list[datetime]:
    today = timezone.now().astimezone(UTC).date()
    return [datetime.combine(today - timedelta(days=ago), time(20, 5), UTC) for ago in reversed(range(number))]


def _swap(organization: Organization) -> None:
    sims = Sim.objects.filter(organization=organization, imei__isnull=False, device__isnull=False).order_by("-pk")
    for sim, (imei, ago) in zip(sims, SWAPPED, strict=False):
        seen_at = timezone.now() - timedelta(days=ago, hours=5)
        ImeiChange.objects.create(config_id=sim.config_id, sim=sim, before=imei, after=sim.imei, seen_at=seen_at)
