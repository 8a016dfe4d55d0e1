"""What a path names, in the organization that is asked, or 404."""

from collections.abc import Sequence

from devices.models import Device, DeviceType
from devices.queries import device_of, type_of
from iotdash.lib.rest import problems
from iotdash.organizations.models import Organization


def device_or_404(organization: Organization, type_id: str, device_id: str, related: Sequence[str] = ()) -> Device:
    try:
        return device_of(organization, type_id, device_id, related)
    except Device.DoesNotExist:
        raise problems.not_found(f"There is no device {device_id} of type {type_id}.", type_id, device_id) from None


def type_or_404(organization: Organization, type_id: str) -> DeviceType:
    try:
        return type_of(organization, type_id)
    except DeviceType.DoesNotExist:
        raise problems.not_found(f"There is no device type {type_id}.", type_id) from None
