"""Devices: lists, adding, one of them."""

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from devices import documents
from devices.models import DeviceType
from devices.rest import additions, answers
from devices.rest.given import new_device
from devices.rest.lists import QUERY, page_of
from devices.rest.lookup import device_or_404, type_or_404
from devices.rest.names import info_given
from devices.services import add_device, delete_device, edit_device
from iotdash.lib.rest import problems
from iotdash.lib.rest.operations import Parameter, operation
from iotdash.organizations.rest import OrganizationRestView, idempotency
from iotdash.organizations.roles import EDIT_DEVICES, SEE

_EXPAND = Parameter("_expand", "location, mgmt or all, separated by commas: answer these too.", {"type": "string"})


class DevicesOfType(OrganizationRestView):
    section = "Devices"

    @operation(SEE, "Devices of a type", name="listDevices", answers={200: "DevicePage"}, query=QUERY)
    def get(self, request: Request, type_id: str) -> Response:
        device_type = type_or_404(self.organization, type_id)
        rows = device_type.devices.all()
        return Response(page_of(rows, request.query_params, self.organization, device_type))

    @operation(
        EDIT_DEVICES,
        "Add a device. Its token is in the answer and nowhere else.",
        name="addDevice",
        body="NewDevice",
        answers={201: "AddedDevice"},
        located=(201,),
        once=True,
        errors=(404, 409),
    )
    def post(self, request: Request, type_id: str) -> Response:
        return idempotency.once(request, self.caller, self.given, lambda: self._added(type_id))

    def _added(self, type_id: str) -> Response:
        device_type = type_or_404(self.organization, type_id)
        registered = add_device(device_type, new_device(self.given), self.source, self.caller.kind)
        place = answers.location(registered.device)
        answer = {
            **answers.device(registered.device, self.organization),
            **({"location": place} if place else {}),
            "authToken": registered.token,
        }
        at = self.address("device", type_id=type_id, device_id=registered.device.device_id)
        return Response(answer, status=201, headers={"Location": at})


class DeviceView(OrganizationRestView):
    section = "Devices"

    @operation(SEE, "A device", name="getDevice", answers={200: "Device"}, query=(_EXPAND,))
    def get(self, request: Request, type_id: str, device_id: str) -> Response:
        device = device_or_404(self.organization, type_id, device_id, documents.related())
        wanted = {name.strip() for name in request.query_params.get("_expand", "").split(",")}
        place = answers.location(device) if wanted & {"location", "all"} else None
        expanded = {"location": place} if place else {}
        return Response({**answers.device(device, self.organization), **additions.of(device), **expanded})

    @operation(
        EDIT_DEVICES,
        "Change a device; what is left out or null stays",
        name="updateDevice",
        body="DeviceUpdate",
        answers={200: "Device"},
        errors=(404, 409),
    )
    def put(self, request: Request, type_id: str, device_id: str) -> Response:
        device = device_or_404(self.organization, type_id, device_id)
        with transaction.atomic():
            changed = edit_device(
                device,
                self.source,
                info=info_given(self.given),
                metadata=self.given.get("metadata"),
                alert=self.given.get("status", {}).get("alert", {}).get("enabled"),
            )
            additions.replace(changed, self.given, self.actor, self.source)
        saved = device_or_404(self.organization, type_id, device_id, documents.related())
        return Response({**answers.device(saved, self.organization), **additions.of(saved)})

    @operation(EDIT_DEVICES, "Delete a device", name="deleteDevice", answers={204: None})
    def delete(self, request: Request, type_id: str, device_id: str) -> Response:
        delete_device(device_or_404(self.organization, type_id, device_id), self.source)
        return Response(status=204)


class DevicesOfGateway(OrganizationRestView):
    section = "Devices"

    @operation(
        SEE,
        "Devices behind a gateway: none, because nothing is known of that yet",
        name="listDevicesOfGateway",
        answers={200: "DevicePage"},
        query=QUERY,
    )
    def get(self, request: Request, type_id: str, device_id: str) -> Response:
        gateway = device_or_404(self.organization, type_id, device_id)
        if gateway.device_type.class_id != DeviceType.ClassId.GATEWAY:
            raise problems.bad_value(f"{device_id} of type {type_id} is no gateway.", type_id, device_id)
        return Response(page_of(self.organization.devices.none(), request.query_params, self.organization))


class AllDevices(OrganizationRestView):
    section = "Devices"

    @operation(SEE, "Devices of all types", name="listAllDevices", answers={200: "DevicePage"}, query=QUERY, errors=())
    def get(self, request: Request) -> Response:
        return Response(page_of(self.organization.devices.all(), request.query_params, self.organization))
