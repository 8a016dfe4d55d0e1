"""Connections of devices and programs. None can connect yet: the log and the list of states are empty."""

import re

from rest_framework.request import Request
from rest_framework.response import Response

from devices.rest.lookup import device_or_404
from iotdash.lib.rest import filters, paging, problems, times
from iotdash.lib.rest.operations import PAGING, Parameter, operation
from iotdash.lib.rest.problems import MISSING, Problem
from iotdash.lib.rest.schemas import obj, page_of, ref, register
from iotdash.lib.rest.times import TIME
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import SEE

_TEXT = {"type": "string"}
register(
    "ConnectionLog",
    {"type": "array", "items": obj({"message": _TEXT, "timestamp": TIME}, ("message", "timestamp"))},
)
register("ConnectionState", obj({"id": _TEXT, "connectionStatus": _TEXT}, ("id", "connectionStatus")))
register("ConnectionStatePage", page_of(ref("ConnectionState")))

_CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_MOST_ENTRIES = 20
_LOG = (
    Parameter("typeId", "Of this device type.", _TEXT, required=True),
    Parameter("deviceId", "Of this device.", _TEXT, required=True),
    Parameter("_limit", "Entries.", {"type": "integer", "minimum": 1, "maximum": _MOST_ENTRIES}),
    Parameter("_offset", "Entries to leave out.", {"type": "integer", "minimum": 0}),
    Parameter("fromTime", "Not before.", _TEXT),
    Parameter("toTime", "Not after.", _TEXT),
)


def _milliseconds_or_moment(value: str, name: str) -> None:
    if not re.fullmatch("[0-9]{1,15}", value):
        times.moment(value, name)


STATES = {
    "connectionStatus": filters.nothing(lambda value, name: None),
    "connectedAfter": filters.nothing(_milliseconds_or_moment),
    "deviceType": filters.nothing(lambda value, name: None),
    "deviceId": filters.nothing(lambda value, name: None),
}


class ConnectionLog(OrganizationRestView):
    section = "Connections"

    @operation(
        SEE,
        "When a device connected and disconnected. Empty: no device can connect yet.",
        name="listConnectionLog",
        answers={200: "ConnectionLog"},
        query=_LOG,
    )
    def get(self, request: Request) -> Response:
        query = request.query_params
        names = [name for name in ("typeId", "deviceId") if not query.get(name)]
        if names:
            raise problems.not_valid([Problem(MISSING, f"{name} is missing.", [name]) for name in names])
        for name in ("fromTime", "toTime"):
            if query.get(name):
                times.moment(query[name], name)
        _whole(query.get("_limit"), "_limit", 1, _MOST_ENTRIES)
        _whole(query.get("_offset"), "_offset", 0, 10**9)
        device_or_404(self.organization, *(filters.stored(query[name], name) for name in ("typeId", "deviceId")))
        return Response([])


class ConnectionStates(OrganizationRestView):
    section = "Connections"

    @operation(
        SEE,
        "Which devices and programs are connected. Empty: nothing can connect yet.",
        name="listConnectionStates",
        answers={200: "ConnectionStatePage"},
        query=(*PAGING, *filters.described([*STATES])),
        errors=(),
    )
    def get(self, request: Request) -> Response:
        filters.where(request.query_params, STATES)
        paging.asked(request.query_params, {"id": "", **dict.fromkeys(STATES, "")}, "id")
        return Response(paging.empty())


class ConnectionStateView(OrganizationRestView):
    section = "Connections"

    @operation(
        SEE,
        "Whether a client is connected; 404 for one of which no connection is known, as of all so far",
        name="getConnectionState",
        answers={200: "ConnectionState"},
        errors=(400, 404),
    )
    def get(self, request: Request, client_id: str) -> Response:
        wanted = client_id.rstrip("/")
        if not _CLIENT_ID.fullmatch(wanted):
            raise problems.bad_value("This is no client ID. One looks like d:abc123:pump:p1.", wanted)
        raise problems.not_found(f"No connection of the client {wanted} is known.", wanted)


def _whole(text: str | None, name: str, least: int, most: int) -> None:
    if text and not (re.fullmatch("[0-9]{1,10}", text) and least <= int(text) <= most):
        raise problems.bad_value(f"{name}: a whole number from {least} to {most} is needed.", name)
