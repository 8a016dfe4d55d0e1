"""Objects of the member's organization, or 404."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest

from devices.models import Device, DeviceType
from devices.queries import device_of, type_of


def device_or_404(request: HttpRequest, type_id: str, device_id: str, related: Sequence[str] = ()) -> Device:
    try:
        return device_of(request.organization, type_id, device_id, related)
    except Device.DoesNotExist:
        raise Http404("This organization has no such device.") from None


def type_or_404(request: HttpRequest, type_id: str) -> DeviceType:
    try:
        return type_of(request.organization, type_id)
    except DeviceType.DoesNotExist:
        raise Http404("This organization has no such device type.") from None
