"""Which devices' links to an account's subjects are out of date, because another configuration answers for them now."""

import uuid
from collections.abc import Sequence

from django.utils import timezone

from devices.models import Device
from extensions.core import registry, targets
from extensions.core.models import ExtensionConfig
from extensions.core.targets import Target
from iotdash.lib import broker
from iotdash.runtime import leases

# Renewed after each so many devices, which take much less than the lease lasts.
LEASE_SECONDS, AT_ONCE = 60, 500


def mark(config: ExtensionConfig) -> None:
    """Call it in the transaction that changes a configuration's name, default or presence; the sweep does the rest."""
    ExtensionConfig.objects.filter(pk=config.pk).update(links_stale=True, updated_at=timezone.now())


def link(device: Device) -> None:
    """Tells every capability what the device's targets are now."""
    link_to(device, targets.of_device(device))


def link_to(device: Device, found: Sequence[Target]) -> None:
    """The same for whoever knows the targets."""
    for capability in registry.capabilities().values():
        capability.link(device, found)


def unlink(device: Device) -> None:
    """Tells every capability that the device has no targets any more."""
    link_to(device, [])


def wake_stale() -> None:
    """Due-finder: a task for each configuration that is marked."""
    from extensions.core.tasks import relink

    for config_id in ExtensionConfig.objects.filter(links_stale=True).values_list("pk", flat=True):
        broker.send(relink, config_id)


def relink(config_id: int) -> None:
    """Links every device that is configured for the extension anew, then takes the mark away. Safe to repeat.

    The sweep sends more of these tasks while one is at work: they end at once.
    """
    name, holder = f"links {config_id}", uuid.uuid4().hex
    if not leases.acquire(name, holder, LEASE_SECONDS):
        return
    config = ExtensionConfig.objects.filter(pk=config_id, links_stale=True).first()
    if config and config.slug in registry.manifests() and _link_all(config, name, holder):
        # Not a mark that was made meanwhile: the devices that were linked before it are to be linked again.
        ExtensionConfig.objects.filter(pk=config_id, updated_at=config.updated_at).update(links_stale=False)
    leases.release(name, holder)


def _link_all(config: ExtensionConfig, name: str, holder: str) -> bool:
    """False if the lease was lost on the way."""
    manifest = registry.manifest(config.slug)
    key = f"{manifest.device_key}.{manifest.subject_field}"
    devices = Device.objects.filter(organization_id=config.organization_id, identifiers__key=key)
    devices = devices.select_related("organization", "device_type")
    for number, device in enumerate(devices.iterator(chunk_size=AT_ONCE)):
        if number % AT_ONCE == 0 and not leases.renew(name, holder, LEASE_SECONDS):
            return False
        link(device)
    return True
