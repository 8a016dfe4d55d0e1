"""Fields of what extensions keep of a device: each is a column of the device list and of tables that are imported."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extensions.core.contract import Manifest
from extensions.core.targets import CONFIGURATION_KEY


@dataclass(frozen=True)
class DeviceField:
    """A field of a device key's part of the device configuration."""

    manifest: Manifest
    name: str
    schema: Mapping[str, Any]

    @property
    def key(self) -> str:
        return self.manifest.device_key

    @property
    def column(self) -> str:
        return f"{self.key}.{self.name}"

    @property
    def title(self) -> str:
        return str(self.schema.get("title", self.name))

    @property
    def label(self) -> str:
        return f"{self.manifest.name}: {self.title}"

    @property
    def is_text(self) -> bool:
        return self.schema.get("type", "string") == "string"

    def value(self, text: str) -> Any:
        """Texts stand in a cell as they are; anything else as in JSON."""
        if self.is_text:
            return text
        try:
            return json.loads(text)
        except ValueError:
            return text

    def text(self, document: Mapping[str, Any]) -> str:
        """What stands in the cell of a device with this configuration: `value` makes the same of it."""
        value = self.of(document)
        if value is None or (self.is_text and isinstance(value, str)):
            return value or ""
        return json.dumps(value, ensure_ascii=False)

    def of(self, document: Mapping[str, Any]) -> Any:
        part = document.get(self.key)
        return part.get(self.name) if isinstance(part, dict) else None


def fields_of(manifests: Mapping[str, Manifest]) -> list[DeviceField]:
    """`manifests` by their device keys."""
    return [each for manifest in manifests.values() for each in _fields(manifest)]


def _fields(manifest: Manifest) -> list[DeviceField]:
    properties = (manifest.device_schema or {}).get("properties", {})
    own = [DeviceField(manifest, name, schema) for name, schema in properties.items()]
    return [*own, DeviceField(manifest, CONFIGURATION_KEY, {"type": "string", "title": "Configuration"})]
