"""`GET /activity`: who did what, when, as far as the caller may read it."""

import datetime as dt
from typing import Any

from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from iotdash.audit.models import ActivityEntry
from iotdash.lib.lists import page
from iotdash.lib.rest import filters, paging, problems, schemas, times
from iotdash.lib.rest.operations import PAGING, Parameter, operation
from iotdash.organizations import queries
from iotdash.organizations.rest.views import OrganizationRestView
from iotdash.organizations.roles import SEE

_TEXT = {"type": "string"}
_DAY = dt.timedelta(days=1)
_EXACT = {"action": "action", "actor": "actor", "kind": "target_kind"}
_TIMES = {"from": "since", "to": "before"}
_PREFIX = "q"
_SORTS = {"at": "at"}
_ENTRY = {
    "id": {"type": "integer"},
    "at": times.TIME,
    "actor": _TEXT,
    "action": _TEXT,
    "kind": {**_TEXT, "description": "Of what it was done to."},
    "target": _TEXT,
    "details": {"type": "object"},
    "address": {"type": ["string", "null"], "description": "The network address that it was done from."},
    "via": {**_TEXT, "description": '"api" by a program, "staff" by support staff; empty on the pages.'},
}
schemas.register("ActivityEntry", schemas.obj(_ENTRY, tuple(_ENTRY)))
schemas.register("ActivityPage", schemas.page_of(schemas.ref("ActivityEntry")))
_WHEN = "A date, which is a day in UTC, or a time."
_QUERY = (
    Parameter(_PREFIX, "How the target begins.", _TEXT),
    *filters.described([*_EXACT]),
    Parameter("from", f"Not before this. {_WHEN}", _TEXT),
    Parameter("to", f"Not after this. {_WHEN}", _TEXT),
    *PAGING,
)


class Activity(OrganizationRestView):
    section = "Activity"

    @operation(
        SEE,
        "Who did what, the newest first",
        name="listActivity",
        answers={200: "ActivityPage"},
        query=_QUERY,
        errors=(),
    )
    def get(self, request: Request) -> Response:
        wanted = paging.asked(request.query_params, _SORTS, "-at")
        entries = queries.activity(self.actor, **_conditions(request.query_params))

        def read(cursor: str):
            return page(entries, order_by=wanted.sort[0], cursor=cursor, size=wanted.limit)

        return Response(paging.of_list(wanted, read, lambda rows: [_body(entry) for entry in rows], entries.count))


def _conditions(query: QueryDict) -> dict[str, Any]:
    known = {**_EXACT, **_TIMES, _PREFIX: "target_prefix"}
    unknown = next((name for name in query if name not in known and not name.startswith("_")), None)
    if unknown is not None:
        words = f'"{unknown}" is no filter of this list. There is: {", ".join(known)}.'
        raise problems.bad_value(words, unknown)
    texts = {known[name]: filters.stored(query[name], name) for name in query if name in {*_EXACT, _PREFIX}}
    moments = {_TIMES[name]: _moment(query[name], name) for name in _TIMES if query.get(name)}
    return texts | moments


def _moment(text: str, name: str) -> dt.datetime:
    """Of a day its midnight; as an end the one after it."""
    day = len(text) == len("2026-01-31")
    found = times.moment(f"{text}T00:00:00Z" if day else text, name)
    try:
        if name == "to":
            found += _DAY if day else dt.timedelta(milliseconds=1)
    except OverflowError:
        raise problems.bad_value(f"{name}: this time is too far away.", name) from None
    return found


def _body(entry: ActivityEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": times.instant(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "kind": entry.target_kind,
        "target": entry.target,
        "details": entry.details,
        "address": entry.address,
        "via": entry.via,
    }
