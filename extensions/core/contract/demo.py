"""What a provider gives to the sample organization: `Manifest.demo(sandbox_state_dir) -> DemoData`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DemoDevice:
    """A device's part of its configuration, without the device key. `note` says what is special.

    `fetched` are normalised records of the capability, stored as if they had just been fetched.
    """

    part: Mapping[str, Any]
    note: str = ""
    fetched: Sequence[Any] = ()


@dataclass(frozen=True)
class DemoData:
    """`name` is that of the extension configuration; its settings are the sandbox's `settings(base_url)`.

    `devices` are handed out in this order, as many as the sample has. One may be unknown to the service.
    """

    name: str
    devices: Sequence[DemoDevice]
