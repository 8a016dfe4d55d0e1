"""Which devices' links to an account's subjects are out of date, because another configuration answers for them now."""

from devices.models import Device
from extensions.core import registry, targets
from extensions.core.models import ExtensionConfig


def mark(config: ExtensionConfig) -> None:
    """Call it in the transaction that changes a configuration's name, default or presence; the sweep does the rest."""
    ExtensionConfig.objects.filter(pk=config.pk).update(links_stale=True)


def link(device: Device) -> None:
    """Tells every capability what the device's targets are now."""
    found = targets.of_device(device)
    for capability in registry.capabilities().values():
        capability.link(device, found)


def wake_stale() -> None:
    """Due-finder: a task for each configuration that is marked."""
    from extensions.core.tasks import relink

    for config_id in ExtensionConfig.objects.filter(links_stale=True).values_list("pk", flat=True):
        relink.delay(config_id)


def relink(config_id: int) -> None:
    """Links every device that is configured for the extension anew, then takes the mark away. Safe to repeat."""
    config = ExtensionConfig.objects.filter(pk=config_id, links_stale=True).first()
    manifest = config and registry.manifests().get(config.slug)
    if manifest is None:
        return
    key = f"{manifest.device_key}.{manifest.subject_field}"
    devices = Device.objects.filter(organization_id=config.organization_id, identifiers__key=key)
    for device in devices.select_related("organization", "device_type").iterator(chunk_size=500):
        link(device)
    ExtensionConfig.objects.filter(pk=config_id).update(links_stale=False)
