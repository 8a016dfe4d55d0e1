"""Extension configurations of the sample organization, with the demo data of each provider's folder."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from django.conf import settings
from django.utils import timezone

from devices.models import Device
from devices.services import edit_device
from extensions.core import registry, targets
from extensions.core.contract import DemoDevice, Manifest
from extensions.core.registry import manifests
from extensions.core.services import configurations, connection_checks, device_configuration
from iotdash.audit.services import Source
from iotdash.demo import sandboxes
from iotdash.organizations.models import Organization

Hand = tuple[Manifest, DemoDevice]


def seed(organization: Organization, devices: Sequence[Device], source: Source) -> list[Hand]:
    """Adds every extension whose sandbox runs, and configures all devices but the last; what is left over."""
    usable = [manifest for manifest in manifests().values() if _runs(manifest)]
    hands = [_add(organization, manifest, source) for manifest in usable]
    in_turn = (hand for hand in chain.from_iterable(zip_longest(*hands)) if hand)
    for device, (manifest, given) in zip(devices[:-1], in_turn, strict=False):
        _configure(device, manifest, given, source)
    return list(in_turn)


def _runs(manifest: Manifest) -> bool:
    return bool(manifest.demo and manifest.sandbox and manifest.sandbox().name in settings.IOTDASH_SANDBOXES)


def _add(organization: Organization, manifest: Manifest, source: Source) -> Iterator[Hand]:
    sandbox = manifest.sandbox()
    data = manifest.demo(sandboxes.state_dir(sandbox.name))
    values = sandbox.settings(settings.IOTDASH_SANDBOXES[sandbox.name])
    config = configurations.add(organization, manifest, data.name, values, source)
    connection_checks.ask(organization, manifest, values, source, config)
    return ((manifest, given) for given in data.devices)


def _configure(device: Device, manifest: Manifest, given: DemoDevice, source: Source) -> None:
    if given.note:
        edit_device(device, source, info={"info_description": given.note})
    text = json.dumps({manifest.device_key: dict(given.part)}, indent=2)
    device_configuration.confirm(device, text, 0, source, refresh=not given.fetched)
    for target in targets.of_device(device):
        for record in given.fetched:
            registry.capability(manifest).store(target.config, target.subject, record, timezone.now())
