"""Device types."""

from rest_framework.request import Request
from rest_framework.response import Response

from devices.rest import answers, schemas  # noqa: F401  registers the schemas
from devices.rest.lookup import type_or_404
from devices.rest.names import DOTTED_INFO, info_given
from devices.services import add_type, delete_type, edit_type
from iotdash.lib.rest import filters, paging
from iotdash.lib.rest.operations import PAGING, operation
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import EDIT_DEVICES, SEE

SORTS = {"id": "type_id", "description": "description", **DOTTED_INFO}
FILTERS = {name: filters.text(field) for name, field in SORTS.items()}


class DeviceTypes(OrganizationRestView):
    section = "Device types"

    @operation(
        SEE,
        "Device types",
        name="listDeviceTypes",
        answers={200: "DeviceTypePage"},
        query=(*PAGING, *filters.described([*FILTERS])),
        errors=(),
    )
    def get(self, request: Request) -> Response:
        query = request.query_params
        rows = self.organization.device_types.filter(filters.where(query, FILTERS))
        return Response(paging.page(rows, paging.asked(query, SORTS, "type_id"), answers.device_types))

    @operation(
        EDIT_DEVICES,
        "Add a device type",
        name="addDeviceType",
        body="NewDeviceType",
        answers={201: "DeviceType"},
        located=(201,),
        errors=(409,),
    )
    def post(self, request: Request) -> Response:
        added = add_type(
            self.organization,
            self.source,
            type_id=self.given["id"],
            class_id=self.given.get("classId", "Device"),
            description=self.given.get("description", ""),
            info=info_given(self.given),
            metadata=self.given.get("metadata"),
        )
        at = self.address("type", type_id=added.type_id)
        return Response(answers.device_type(added), status=201, headers={"Location": at})


class DeviceTypeView(OrganizationRestView):
    section = "Device types"

    @operation(SEE, "A device type", name="getDeviceType", answers={200: "DeviceType"})
    def get(self, request: Request, type_id: str) -> Response:
        return Response(answers.device_type(type_or_404(self.organization, type_id)))

    @operation(
        EDIT_DEVICES,
        "Change a device type; what is left out stays. Devices that exist keep what they have.",
        name="updateDeviceType",
        body="DeviceTypeUpdate",
        answers={200: "DeviceType"},
        errors=(404, 409),
    )
    def put(self, request: Request, type_id: str) -> Response:
        changed = edit_type(
            type_or_404(self.organization, type_id),
            self.source,
            description=self.given.get("description"),
            info=info_given(self.given),
            metadata=self.given.get("metadata"),
        )
        return Response(answers.device_type(changed))

    @operation(
        EDIT_DEVICES,
        "Delete a device type that has no devices",
        name="deleteDeviceType",
        answers={204: None},
        errors=(404, 409),
    )
    def delete(self, request: Request, type_id: str) -> Response:
        delete_type(type_or_404(self.organization, type_id), self.source)
        return Response(status=204)
