"""A device's location, and what is known of its management."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import Device
from devices.rest import answers
from devices.rest.given import location
from devices.rest.lookup import device_or_404
from devices.services import edit_device
from iotdash.lib.rest import problems
from iotdash.lib.rest.operations import operation
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import EDIT_DEVICES, SEE


class LocationView(OrganizationRestView):
    section = "Devices"

    @operation(
        SEE, "A device's location; 404 if it was never set", name="getLocation", answers={200: "LocationOfDevice"}
    )
    def get(self, request: Request, type_id: str, device_id: str) -> Response:
        return Response(_place(device_or_404(self.organization, type_id, device_id)))

    @operation(
        EDIT_DEVICES,
        "Set a device's location. It replaces the whole of the former one; without a time it was measured now.",
        name="setLocation",
        body="Location",
        answers={200: "LocationOfDevice"},
    )
    def put(self, request: Request, type_id: str, device_id: str) -> Response:
        device = device_or_404(self.organization, type_id, device_id)
        return Response(_place(edit_device(device, self.source, location=location(self.given))))


class ManagementView(OrganizationRestView):
    section = "Devices"

    @operation(
        SEE,
        "A device's management state; 404 if it was never managed, as none was yet",
        name="getManagement",
        answers={},
    )
    def get(self, request: Request, type_id: str, device_id: str) -> Response:
        device_or_404(self.organization, type_id, device_id)
        raise problems.not_found(f"Device {device_id} of type {type_id} was never managed.", type_id, device_id)


def _place(device: Device) -> dict[str, Any]:
    place = answers.location(device)
    if place is None:
        raise problems.not_found(f"Device {device.device_id} has no location.", device.device_id)
    return place
