"""How much was used in a span of days. Nothing carries messages or stores history yet: the figures are zero."""

import calendar
import datetime as dt
import re
from typing import Any

from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from iotdash.lib.rest import problems
from iotdash.lib.rest.operations import Parameter, operation
from iotdash.lib.rest.problems import USAGE_NEEDS, Problem, RestError
from iotdash.lib.rest.queries import flag
from iotdash.lib.rest.schemas import obj, register
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import SEE

_DATE = {"type": "string", "format": "date"}
_COUNT = {"type": "integer", "minimum": 0}
_DAY = obj({"date": _DATE, "total": _COUNT}, ("date", "total"))
register(
    "Usage",
    obj(
        {"start": _DATE, "end": _DATE, "average": _COUNT, "total": _COUNT, "days": {"type": "array", "items": _DAY}},
        ("start", "end", "average", "total", "days"),
        description="`days` is filled with detail=true.",
    ),
)
MOST_DAYS = 3_660
_WORDS = "YYYY, YYYY-MM or YYYY-MM-DD: "
_SPAN = {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
_QUERY = (
    Parameter("start", f"{_WORDS}its first day is where the span begins.", _SPAN, required=True),
    Parameter("end", f"{_WORDS}its last day is where the span ends.", _SPAN, required=True),
    Parameter("detail", "Answer each day, too.", {"type": "boolean", "default": False}),
)


def _usage(summary: str, name: str) -> Any:
    return operation(SEE, summary, name=name, answers={200: "Usage"}, query=_QUERY, errors=())


class DataTraffic(OrganizationRestView):
    section = "Usage"

    @_usage("Bytes sent and received. Zero: no messages are carried yet.", "getDataTraffic")
    def get(self, request: Request) -> Response:
        return Response(_nothing_used(request))


class ActiveDevices(OrganizationRestView):
    section = "Usage"

    @_usage("Devices that connected. Zero: no device can connect yet.", "getActiveDevices")
    def get(self, request: Request) -> Response:
        return Response(_nothing_used(request))


class HistoricalData(OrganizationRestView):
    section = "Usage"

    @_usage("Bytes of history. Zero: none is stored here.", "getHistoricalData")
    def get(self, request: Request) -> Response:
        return Response(_nothing_used(request))


def _nothing_used(request: Request) -> dict[str, Any]:
    start, end = _asked(request.query_params)
    whole = range((end - start).days + 1) if flag(request, "detail") else ()
    days = [start + dt.timedelta(days=number) for number in whole]
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "average": 0,
        "total": 0,
        "days": [{"date": day.isoformat(), "total": 0} for day in days],
    }


def _asked(query: QueryDict) -> tuple[dt.date, dt.date]:
    for name in ("start", "end"):
        if not query.get(name):
            raise RestError(400, Problem(USAGE_NEEDS, f"The parameter {name} is missing.", [name]))
    (start, _), (_, end) = _span(query["start"], "start"), _span(query["end"], "end")
    if end < start:
        raise problems.bad_value("end: it is before start.", "end")
    if (end - start).days >= MOST_DAYS:
        raise problems.bad_value(f"end: at most {MOST_DAYS} days can be asked at once.", "end")
    return start, end


def _span(text: str, name: str) -> tuple[dt.date, dt.date]:
    """First and last day of a year, a month or a day."""
    try:
        if not re.fullmatch(_SPAN["pattern"], text, re.ASCII):
            raise ValueError(text)
        year, month, day = (*(int(part) for part in text.split("-")), None, None)[:3]
        first = dt.date(year, month or 1, day or 1)
        last = dt.date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    except ValueError:
        raise problems.bad_value(f"{name}: a date is needed: YYYY, YYYY-MM or YYYY-MM-DD.", name) from None
    return first, last
