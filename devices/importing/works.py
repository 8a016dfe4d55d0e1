"""What tables may be for, each with what a member needs to be allowed."""

from devices.importing.configuration import Configuration
from devices.importing.judging import Work
from devices.importing.registration import Registration
from devices.models import DeviceImport
from iotdash.organizations.roles import CONFIGURE_DEVICES, EDIT_DEVICES, Action

WORKS: dict[str, Work] = {
    DeviceImport.What.DEVICES: Registration(),
    DeviceImport.What.CONFIGURATION: Configuration(),
}
ACTIONS: dict[str, Action] = {
    DeviceImport.What.DEVICES: EDIT_DEVICES,
    DeviceImport.What.CONFIGURATION: CONFIGURE_DEVICES,
}


def work_of(found: DeviceImport) -> Work:
    return WORKS[found.what]
