"""What tables may be for."""

from devices.importing.configuration import Configuration
from devices.importing.judging import Work
from devices.importing.registration import Registration
from devices.models import DeviceImport

WORKS: dict[str, Work] = {
    DeviceImport.What.DEVICES: Registration(),
    DeviceImport.What.CONFIGURATION: Configuration(),
}


def work_of(found: DeviceImport) -> Work:
    return WORKS[found.what]
