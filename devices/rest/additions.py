"""Documents of apps above in a device's JSON, each under its own name."""

from collections.abc import Mapping
from typing import Any

from devices.documents import documents
from devices.models import Device
from iotdash.audit.services import Source
from iotdash.organizations.authorization import Actor, authorize
from iotdash.organizations.roles import CONFIGURE_DEVICES


def of(device: Device) -> dict[str, Any]:
    """Name → document, for those that have one."""
    found = {each.name: each.document(device) for each in documents()}
    return {name: document for name, document in found.items() if document}


def replace(device: Device, given: Mapping[str, Any], actor: Actor, source: Source) -> None:
    """Those that the body has. Raises NotAllowed, and NotAccepted for one that is not valid."""
    wanted = [each for each in documents() if each.name in given]
    if wanted:
        authorize(actor, CONFIGURE_DEVICES, device.organization)
    for each in wanted:
        each.replace(device, given[each.name], source)
