"""Documents that apps above `devices` keep about a device, and that programs read and replace with it by the REST API.

Each has one name, its key in the device's JSON; `devices` itself knows none of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from devices.models import Device
from iotdash.audit.services import Source


class NotAccepted(Exception):
    """A document is refused, and nothing was changed. `violations`: (path of keys from the document's name on, words).

    `stale`: it is good, but somebody changed the former one in this moment.
    """

    def __init__(
        self, words: str, violations: Sequence[tuple[Sequence[Any], str]] = (), *, stale: bool = False
    ) -> None:
        super().__init__(words)
        self.violations, self.stale = tuple(violations), stale


class DeviceDocument(Protocol):
    name: str
    related: Sequence[str]  # one-to-one relations of a device that `document` reads

    def document(self, device: Device) -> Mapping[str, Any] | Sequence[Any]:
        """What is stored; empty: nothing."""

    def replace(self, device: Device, document: Any, source: Source) -> None:
        """Replaces the whole, after the checks of its editor. Raises NotAccepted."""


_documents: dict[str, DeviceDocument] = {}


def register(document: DeviceDocument) -> None:
    """Called from AppConfig.ready()."""
    _documents[document.name] = document


def related() -> list[str]:
    """What a device is loaded with to be answered whole."""
    return [name for each in documents() for name in each.related]


def documents() -> tuple[DeviceDocument, ...]:
    return tuple(_documents.values())
