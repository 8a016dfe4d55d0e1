"""The SIMs of an account over Control Center REST: the search by change, 50 on a page.

The search asks for a time. For all SIMs it is the beginning of Control Center, in one window without an end. Recent
servers may take no window wider than a year: one that refuses it is asked year by year, and so is one that finds
nothing in it, because it may have looked at the first year alone. The clock by which changes are
asked about is the server's, from the `Date` header of its answers: the body of a page has no time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from extensions.controlcenter.calls import require_numbers
from extensions.controlcenter.dates import instant, request_instant
from extensions.controlcenter.normalise import listed_number, listed_record
from extensions.controlcenter.rest import RestLink
from extensions.core.contract import BadResponse, Context, Refused
from extensions.sims.contract import Cursor, Page, SimRecord

PAGE_SIZE = 50
# No SIM of Control Center is older.
BEGINNING = datetime(2002, 1, 1, tzinfo=UTC)
WIDEST_WINDOW = timedelta(days=365)
# What a server says to a window that it does not take: a date, or its format.
_TOO_WIDE = frozenset({"10000027", "10000012"})


@dataclass(frozen=True)
class _Place:
    """A page of a window. A window without an end is open up to now."""

    since: datetime
    till: datetime | None = None
    number: int = 1

    def after(self, now: datetime) -> "_Place | None":
        """The first page of the next window; None after the one that reaches up to now."""
        return _window(self.till, now) if self.till else None

    def query(self) -> dict[str, str | int]:
        dates = {"modifiedSince": request_instant(self.since)}
        if self.till:
            dates["modifiedTill"] = request_instant(self.till)
        return {**dates, "pageSize": PAGE_SIZE, "pageNumber": self.number}

    def cursor(self) -> Cursor:
        till = request_instant(self.till) if self.till else None
        return {"since": request_instant(self.since), "till": till, "page": self.number}


def page(context: Context, since: datetime | None, cursor: Cursor | None) -> Page:
    """One call. What shows that the first window was too wide costs a call too, and its page is empty."""
    place = _place(cursor) if cursor else _Place(since or BEGINNING)
    link = RestLink(context)
    try:
        reply = link.get("devices", **place.query())
    except Refused as error:
        if cursor or error.code not in _TOO_WIDE or context.now() - place.since <= WIDEST_WINDOW:
            raise
        return _by_year(place, link)
    records = _records(reply.get("devices"))
    if not (records or since or cursor):
        return _by_year(place, link)
    last = reply.get("lastPage") is not False or not records
    following = place.after(context.now()) if last else _Place(place.since, place.till, place.number + 1)
    return Page(records, next=following.cursor() if following else None, as_of=link.answered_at)


def _by_year(place: _Place, link: RestLink) -> Page:
    return Page(next=_window(place.since, link.context.now()).cursor(), as_of=link.answered_at)


def _window(since: datetime, now: datetime) -> _Place:
    till = since + WIDEST_WINDOW
    return _Place(since, till if till < now else None)


def _place(cursor: Cursor) -> _Place:
    return _Place(instant(cursor["since"]), instant(cursor["till"]), int(cursor["page"]))


def _records(devices: object) -> list[SimRecord]:
    if not isinstance(devices, list) or not all(isinstance(device, dict) for device in devices):
        raise BadResponse("Control Center sent its SIMs in a form that is not known. Try again later.")
    records = [listed_record(device) for device in devices if listed_number(device)]
    require_numbers(len(devices), len(records))
    return records
