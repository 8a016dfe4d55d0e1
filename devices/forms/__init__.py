"""Forms of devices and device types. They read and check what was typed; services decide the rest."""

from devices.forms.devices import AddDeviceForm, EditDeviceForm
from devices.forms.types import AddTypeForm, EditTypeForm

__all__ = ["AddDeviceForm", "AddTypeForm", "EditDeviceForm", "EditTypeForm"]
