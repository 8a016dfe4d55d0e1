"""Every change of devices and device types, with its activity entry.

Given an `iotdash.audit.services.Source`, never a request, so that pages, REST API and commands share them.
"""

from devices.services.bulk import Outcome, add_mixed, remove_many
from devices.services.devices import add_device, add_devices, delete_device, edit_device
from devices.services.errors import DeviceExists, DevicesError, NoSuchType, QuotaReached, Stale, TypeExists, TypeInUse
from devices.services.tokens import new_token, reissue_token, validate_token
from devices.services.types import add_type, delete_type, edit_type
from devices.services.values import KEEP, Location, NewDevice, Registered

__all__ = [
    "KEEP",
    "DeviceExists",
    "DevicesError",
    "Location",
    "NewDevice",
    "NoSuchType",
    "Outcome",
    "QuotaReached",
    "Registered",
    "Stale",
    "TypeExists",
    "TypeInUse",
    "add_device",
    "add_devices",
    "add_mixed",
    "add_type",
    "delete_device",
    "delete_type",
    "edit_device",
    "edit_type",
    "new_token",
    "reissue_token",
    "remove_many",
    "validate_token",
]
