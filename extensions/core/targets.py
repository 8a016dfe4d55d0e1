"""Targets: the subjects at outside services that a device is configured for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devices.models import Device
from extensions.core import registry
from extensions.core.contract import Manifest
from extensions.core.models import DeviceConfiguration, ExtensionConfig
from iotdash.organizations.models import Organization

# The optional key inside a device's part that names one of several configurations of an extension.
CONFIGURATION_KEY = "configuration"


@dataclass(frozen=True)
class Target:
    """A subject of a configuration; the device is None for a subject that is asked about by itself."""

    config: ExtensionConfig
    manifest: Manifest
    subject: str
    device: Device | None = None
    part: Mapping[str, Any] | None = None


def of_device(device: Device) -> list[Target]:
    """Targets of every enabled extension in the device's configuration; empty when it has none."""
    configuration = DeviceConfiguration.objects.filter(device=device).first()
    return of_document(device, configuration.document if configuration else {})


def of_document(
    device: Device, document: Mapping[str, Any], configs: Sequence[ExtensionConfig] | None = None
) -> list[Target]:
    """The same of a document that was read already, with the organization's configurations if they were too."""
    if not document:
        return []
    configs = list(enabled(device.organization)) if configs is None else configs
    found = (_target(device, key, part, configs) for key, part in document.items())
    return [target for target in found if target]


def enabled(organization: Organization) -> Iterable[ExtensionConfig]:
    """The organization's present configurations, lane loaded, the default of each extension first."""
    present = ExtensionConfig.objects.present().filter(organization=organization, slug__in=registry.manifests())
    return present.select_related("lane", "organization").order_by("slug", "-is_default", "name")


def pick(configs: Iterable[ExtensionConfig], slug: str, name: str | None) -> ExtensionConfig | None:
    """The configuration of an extension by name, else the default."""
    candidates = [config for config in configs if config.slug == slug]
    if name is not None:
        return next((config for config in candidates if config.name == name), None)
    return next((config for config in candidates if config.is_default), None)


def _target(device: Device, key: str, part: Any, configs: Sequence[ExtensionConfig]) -> Target | None:
    manifest = registry.by_device_key(key)
    if manifest is None or not isinstance(part, dict):
        return None
    subject = str(part.get(manifest.subject_field, ""))
    config = _resolved(configs, manifest, part.get(CONFIGURATION_KEY), subject)
    if config is None or not subject:
        return None
    return Target(config=config, manifest=manifest, subject=subject, device=device, part=part)


def _resolved(
    configs: list[ExtensionConfig], manifest: Manifest, name: str | None, subject: str
) -> ExtensionConfig | None:
    """The configuration whose inventory has the subject; where several have it, or none, the named one or the default.

    A name that no configuration has is a person's word that cannot be kept: then there is no target.
    """
    chosen = pick(configs, manifest.slug, name)
    candidates = [config for config in configs if config.slug == manifest.slug]
    if chosen is None or len(candidates) == 1:
        return chosen
    having = registry.capability(manifest).having(candidates, subject)
    return chosen if chosen.pk in having else next((config for config in candidates if config.pk in having), chosen)
