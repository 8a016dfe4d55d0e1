"""`/sims/{id}/device`: which device has the SIM. It is the device's configuration that says so, and that is changed."""

from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import Device
from devices.queries import device_of
from extensions.core.services import device_configuration
from extensions.core.services.device_configuration import Invalid, Stale
from extensions.sims import linking
from extensions.sims.pages import target_of
from extensions.sims.rest.answers import sim_body
from extensions.sims.rest.sims import sim_or_404
from iotdash.lib.rest import answering, problems, schemas
from iotdash.lib.rest.operations import operation
from iotdash.lib.rest.problems import BAD_VALUE, Problem, RestError
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import CONFIGURE_DEVICES

_ID = {"type": "string", "maxLength": 36}
schemas.register(
    "DeviceOfSim",
    schemas.obj(
        {"typeId": _ID, "deviceId": _ID}, ("typeId", "deviceId"), examples=[{"typeId": "pump", "deviceId": "p1"}]
    ),
)


class DeviceOfSim(OrganizationRestView):
    section = "SIMs"

    @operation(
        CONFIGURE_DEVICES,
        "Give the SIM to a device: its device configuration then names the SIM",
        name="linkSim",
        body="DeviceOfSim",
        answers={200: "Sim"},
        errors=(404, 409),
    )
    def put(self, request: Request, sim_id: int) -> Response:
        sim, device = sim_or_404(self, sim_id), self._device()
        if sim.device is None:
            linking.link(target_of(sim), device, device_configuration.current(device).version, self.source)
        elif sim.device != device:
            words = f"Device {sim.device.device_id} of the type {sim.device.type_name} has this SIM. Take it out first."
            raise problems.conflict(words)
        return Response(sim_body(sim_or_404(self, sim_id), sim.config, self.actor))

    @operation(
        CONFIGURE_DEVICES,
        "Take the SIM out of its device",
        name="unlinkSim",
        answers={204: None},
        errors=(404, 409),
    )
    def delete(self, request: Request, sim_id: int) -> Response:
        sim = sim_or_404(self, sim_id)
        if sim.device is None:
            raise problems.not_found("No device has this SIM.")
        linking.unlink(target_of(sim), self.source)
        return Response(status=204)

    def _device(self) -> Device:
        try:
            return device_of(self.organization, self.given["typeId"], self.given["deviceId"])
        except Device.DoesNotExist:
            named = f"There is no device {self.given['deviceId']} of the type {self.given['typeId']}."
            raise problems.not_found(named) from None


def register() -> None:
    """Called from AppConfig.ready()."""
    answering.register(linking.NotLinkable, lambda error: problems.conflict(str(error)))
    answering.register(Stale, lambda error: problems.conflict(str(error)))
    answering.register(Invalid, _invalid)


def _invalid(error: Invalid) -> RestError:
    found = error.validation.problems
    return problems.not_valid([Problem(BAD_VALUE, each.message, [str(part) for part in each.path]) for each in found])
