"""The device configuration as programs read and replace it by the REST API."""

from collections.abc import Mapping
from typing import Any

from devices import documents
from devices.documents import NotAccepted
from devices.models import Device
from extensions.core.services import device_configuration
from iotdash.audit.services import Source


class ExtensionsDocument:
    name = "extensions"
    related = ("configuration",)

    def document(self, device: Device) -> Mapping[str, Any]:
        return device_configuration.loaded(device).document

    def replace(self, device: Device, document: Mapping[str, Any], source: Source) -> None:
        current = device_configuration.current(device)
        if not document and not current.document:
            return
        try:
            device_configuration.confirm(device, device_configuration.as_text(document), current.version, source)
        except device_configuration.Invalid as invalid:
            violations = [((self.name, *problem.path), problem.message) for problem in invalid.validation.problems]
            raise NotAccepted(str(invalid), violations) from None
        except device_configuration.Stale as stale:
            raise NotAccepted(str(stale), stale=True) from None


def register() -> None:
    """Called from AppConfig.ready()."""
    documents.register(ExtensionsDocument())
