"""Adding and removing many devices by one request."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices.rest.given import new_device
from devices.services import Outcome, add_mixed, remove_many
from iotdash.lib.rest import answering
from iotdash.lib.rest.operations import operation
from iotdash.organizations.rest import OrganizationRestView, idempotency
from iotdash.organizations.roles import EDIT_DEVICES


class AddDevices(OrganizationRestView):
    section = "Devices"

    @operation(
        EDIT_DEVICES,
        "Add devices of any types. 201: all were added; 202: not all, and each says why it was not. "
        "A body that is not valid adds none.",
        name="addDevices",
        body="DevicesToAdd",
        answers={201: "DevicesAdded", 202: "DevicesAdded"},
        once=True,
        errors=(409,),
    )
    def post(self, request: Request) -> Response:
        return idempotency.once(request, self.caller, self.given, self._added)

    def _added(self) -> Response:
        rows = [(row["typeId"], new_device(row)) for row in self.given]
        outcomes = add_mixed(self.organization, rows, self.source, self.caller.kind)
        answer = [_answer(row, outcome) for row, outcome in zip(self.given, outcomes, strict=True)]
        return Response(answer, status=201 if all(row["success"] for row in answer) else 202)


class RemoveDevices(OrganizationRestView):
    section = "Devices"

    @operation(
        EDIT_DEVICES,
        "Remove devices. One that is not there counts as removed.",
        name="removeDevices",
        body="DevicesToRemove",
        answers={200: "DevicesRemoved"},
        errors=(),
    )
    def post(self, request: Request) -> Response:
        names = [(row["typeId"], row["deviceId"]) for row in self.given]
        remove_many(self.organization, names, self.source)
        return Response([{"typeId": type_id, "deviceId": device_id, "success": True} for type_id, device_id in names])


def _answer(row: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    name = {"typeId": row["typeId"], "deviceId": row["deviceId"]}
    if outcome.registered:
        return {**name, "authToken": outcome.registered.token, "success": True}
    return {**name, "success": False, "error": answering.translated(outcome.error).body()}
