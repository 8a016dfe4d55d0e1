"""What is installed: manifests by slug and by device key, capabilities by name. Filled at start-up, read everywhere."""

import logging
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from django.conf import settings as django_settings

from extensions.core.contract import Capability, Manifest, OperationSpec

logger = logging.getLogger(__name__)

_manifests: dict[str, Manifest] = {}
_unloadable: dict[str, str] = {}
_capabilities: dict[str, Capability] = {}


class UnknownExtension(LookupError):
    """No installed extension has this slug."""


def load() -> None:
    """Imports the manifest of every provider folder that the root discovered.

    One that cannot be imported is kept in `unloadable()`, for the system check to name; the others still work.
    """
    _manifests.clear()
    _unloadable.clear()
    for folder in django_settings.EXTENSION_PROVIDERS:
        try:
            manifest = import_module(f"extensions.{folder}.manifest").MANIFEST
        except Exception as error:
            logger.exception("extensions/%s cannot be loaded", folder)
            _unloadable[folder] = f"{type(error).__name__}: {error}"
        else:
            _manifests[manifest.slug] = manifest


def unloadable() -> Mapping[str, str]:
    """Folder → why its manifest cannot be imported."""
    return dict(_unloadable)


def register_capability(capability: Capability) -> None:
    """Called from a capability's AppConfig.ready()."""
    _capabilities[capability.name] = capability


def manifests() -> Mapping[str, Manifest]:
    """All installed extensions by slug, in the order of their names."""
    return dict(sorted(_manifests.items(), key=lambda item: item[1].name.lower()))


def manifest(slug: str) -> Manifest:
    try:
        return _manifests[slug]
    except KeyError:
        raise UnknownExtension(f'No extension "{slug}" is installed.') from None


def by_device_key(key: str) -> Manifest | None:
    return next((manifest for manifest in _manifests.values() if key and manifest.device_key == key), None)


def capability(manifest: Manifest) -> Capability:
    return _capabilities[manifest.capability]


def capabilities() -> Mapping[str, Capability]:
    return dict(_capabilities)


def operation(
    manifest: Manifest, operation_id: str, settings: Mapping[str, Any] = MappingProxyType({})
) -> OperationSpec | None:
    """As a configuration with these settings has it; without them, as the extension has it at most."""
    specs = capability(manifest).operations(manifest, settings)
    return next((spec for spec in specs if spec.id == operation_id), None)
