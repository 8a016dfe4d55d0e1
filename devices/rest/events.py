"""The last events of a device, and whether they are kept. No messages are taken from devices yet: there are none."""

from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import EventCache
from devices.queries import event_cache_of
from devices.rest.lookup import device_or_404
from devices.services.event_cache import change_event_cache
from iotdash.lib.rest import problems
from iotdash.lib.rest.operations import operation
from iotdash.lib.rest.problems import Problem, RestError
from iotdash.lib.rest.schemas import obj, ref, register
from iotdash.lib.rest.times import TIME
from iotdash.organizations.models import Organization
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import MANAGE_ORGANIZATION, SEE

_TEXT = {"type": "string"}
register(
    "LastEvent",
    obj(
        {
            "typeId": _TEXT,
            "deviceId": _TEXT,
            "eventId": _TEXT,
            "format": _TEXT,
            "timestamp": TIME,
            "payload": {"type": "string", "contentEncoding": "base64"},
        },
        ("typeId", "deviceId", "eventId", "format", "timestamp", "payload"),
    ),
)
register("LastEvents", {"type": "array", "items": ref("LastEvent")})
_ENABLED = {"type": "boolean"}
_DAYS = {"type": "integer", "minimum": 1, "maximum": 45}
_SAMPLE = {"enabled": True, "ttlDays": 7}
register("EventCache", obj({"enabled": _ENABLED, "ttlDays": _DAYS}, ("enabled", "ttlDays"), examples=[_SAMPLE]))
register("EventCacheUpdate", obj({"enabled": _ENABLED, "ttlDays": _DAYS}, examples=[_SAMPLE]))


class LastEvents(OrganizationRestView):
    section = "Last events"

    @operation(
        SEE,
        "The last event of each event ID. Empty: no messages are taken from devices yet.",
        name="listLastEvents",
        answers={200: "LastEvents"},
    )
    def get(self, request: Request, type_id: str, device_id: str) -> Response:
        _raise_if_off(self.organization)
        device_or_404(self.organization, type_id, device_id)
        return Response([])


class LastEventView(OrganizationRestView):
    section = "Last events"

    @operation(SEE, "The last event of an event ID", name="getLastEvent", answers={200: "LastEvent"})
    def get(self, request: Request, type_id: str, device_id: str, event_id: str) -> Response:
        _raise_if_off(self.organization)
        device_or_404(self.organization, type_id, device_id)
        raise problems.not_found(f"No event {event_id} of this device is kept.", event_id)


class EventCacheView(OrganizationRestView):
    section = "Last events"

    @operation(SEE, "Whether the last events are kept", name="getEventCache", answers={200: "EventCache"}, errors=())
    def get(self, request: Request) -> Response:
        return Response(_cache(event_cache_of(self.organization)))

    @operation(
        MANAGE_ORGANIZATION,
        "Keep the last events or not, for 1 to 45 days; what is left out stays",
        name="updateEventCache",
        body="EventCacheUpdate",
        answers={200: "EventCache"},
        errors=(),
    )
    def put(self, request: Request) -> Response:
        enabled, days = self.given.get("enabled"), self.given.get("ttlDays")
        return Response(_cache(change_event_cache(self.organization, self.source, enabled=enabled, days=days)))


def _cache(cache: EventCache) -> dict[str, bool | int]:
    return {"enabled": cache.enabled, "ttlDays": cache.days}


def _raise_if_off(organization: Organization) -> None:
    if not event_cache_of(organization).enabled:
        words = "The last event cache is off. An administrator can switch it on: PUT /config/lec."
        raise RestError(403, Problem(problems.EVENT_CACHE_OFF, words))
