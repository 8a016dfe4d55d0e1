"""`GET /service-status`: how this installation is, in the colours of the original platform."""

from collections.abc import Callable

from rest_framework.request import Request
from rest_framework.response import Response

from iotdash.lib.rest.operations import operation
from iotdash.lib.rest.schemas import obj, ref, register
from iotdash.organizations.models import Organization
from iotdash.organizations.rest.views import OrganizationRestView
from iotdash.organizations.roles import SEE

GREEN, ORANGE, RED = "green", "orange", "red"
# Clients know the first region by this name, and no other.
REGION = "us"
PARTS = ("dashboard", "messaging", "thirdParty")
Colour = Callable[[Organization], str]
_colours: dict[str, Colour] = {"dashboard": lambda organization: GREEN}

_COLOUR = {"type": "string", "enum": [GREEN, ORANGE, RED]}
register("RegionStatus", obj(dict.fromkeys(PARTS, _COLOUR), PARTS))
register("ServiceStatus", obj({REGION: ref("RegionStatus")}, (REGION,)))


def register_colour(part: str, colour: Colour) -> None:
    """Called from AppConfig.ready() by who knows how a part is. A part that nobody knows is not there, thus red."""
    _colours[part] = colour


class ServiceStatusView(OrganizationRestView):
    @operation(
        SEE,
        "How the service is. dashboard: pages and API. thirdParty: the services of the organization's extensions, "
        "orange if some of them do not work, red if none does. messaging: red until messages are taken here.",
        name="getServiceStatus",
        answers={200: "ServiceStatus"},
        errors=(),
    )
    def get(self, request: Request) -> Response:
        return Response({REGION: {part: _of(part, self.organization) for part in PARTS}})


def _of(part: str, organization: Organization) -> str:
    return _colours[part](organization) if part in _colours else RED
