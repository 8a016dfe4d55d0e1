"""What can go wrong when devices are changed. Bad values are Django's ValidationError, by field name.

The text of each is a sentence for the user.
"""

from devices.models import Device, DeviceType


class DevicesError(Exception):
    """Refused, nothing was changed."""


class DeviceExists(DevicesError):
    """The device type already has a device of this id (`device_id`)."""

    def __init__(self, type_id: str, device_id: str) -> None:
        super().__init__(f"Device type {type_id} already has a device {device_id}. Choose another device ID.")
        self.device_id = device_id


class QuotaReached(DevicesError):
    """The organization (`org`, its public ID) may have no more devices."""

    def __init__(self, org: str, most: int) -> None:
        words = f"The most devices that this organization may have: {most:,}."
        super().__init__(f"{words} Delete some, or ask who runs this installation.")
        self.org = org


class TypeExists(DevicesError):
    def __init__(self, type_id: str) -> None:
        super().__init__(f"There is already a device type {type_id}. Choose another type ID.")


class NoSuchType(DevicesError):
    def __init__(self, type_id: str) -> None:
        super().__init__(f"There is no device type {type_id}. Add it first.")


class TypeInUse(DevicesError):
    """A device type that has devices cannot be deleted."""

    def __init__(self, type_id: str) -> None:
        super().__init__(f"Device type {type_id} still has devices. Delete them first, then the type.")


class Stale(DevicesError):
    """Somebody saved a change after the form was opened; `current` is what is stored now."""

    def __init__(self, current: Device | DeviceType) -> None:
        super().__init__(f"{current} was changed after you opened this page.")
        self.current = current
