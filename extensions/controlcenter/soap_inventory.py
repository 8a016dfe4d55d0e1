"""The SIMs of an account over Control Center SOAP: the list of ICCIDs by change, oldest change first.

The list is whole in one answer, also for a hundred thousand SIMs; servers of the newer schema give it in pages and say
how many there are. Details are asked for 50 SIMs at a time by `soap_sims.refresh`. The clock by which changes are asked
about is the server's, from the `timestamp` of its reply.
"""

from datetime import datetime

from extensions.controlcenter.calls import is_identifier, require_numbers
from extensions.controlcenter.dates import instant, request_instant
from extensions.controlcenter.soap import GET_MODIFIED_TERMINALS, SoapLink
from extensions.controlcenter.soap_envelope import Field
from extensions.core.contract import Context
from extensions.sims.contract import Cursor, Page
from iotdash.lib.xml_documents import Node


def page(context: Context, since: datetime | None, cursor: Cursor | None) -> Page:
    """One call; without `since` the server lists every SIM."""
    number = int(cursor["page"]) if cursor else 1
    reply = SoapLink(context).call(GET_MODIFIED_TERMINALS, *_fields(since, number))
    following = {"page": number + 1} if number < _pages(reply) else None
    return Page(named=_iccids(reply), next=following, as_of=instant(reply.value("timestamp")))


def _fields(since: datetime | None, number: int) -> list[Field]:
    """A server of the older schema does not know `pageNumber`, so the first page does not ask for it."""
    dates = [("since", request_instant(since))] if since else []
    return [*dates, ("pageNumber", str(number))] if number > 1 else dates


def _pages(reply: Node) -> int:
    total = (reply.value("totalPages") or "").strip()
    return int(total) if total.isascii() and total.isdecimal() and len(total) < 9 else 1


def _iccids(reply: Node) -> list[str]:
    listed = reply.first("iccids")
    entries = listed.values("iccid") if listed else []
    iccids = list(filter(is_identifier, map(str.strip, entries)))
    require_numbers(len(entries), len(iccids))
    return iccids
