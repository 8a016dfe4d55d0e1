"""Orange's connectivity directory: SIMs by serial number, a hundred in a call, and the list of all that there are.

The directory is Orange's own copy of what its network knows; reading it does not renew it.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from extensions.core.contract import BadResponse, Context, NotFound, Proof, xml_documents
from extensions.orange.dates import written
from extensions.orange.records import serial_number, sim_record
from extensions.orange.serial_numbers import DIGITS, is_serial_number
from extensions.orange.soap import DIRECTORY, Link, Reply, element
from extensions.sims.contract import Cursor, Page, SimRecord

LARGEST_BATCH = PAGE_SIZE = 100
GET, SEARCH = "getConnectivityDirectory", "searchInConnectivityDirectory"
_FLAGS = element("d:showDeviceInfo", "true") + element("d:showIccid", "true")
# By a number that never changes, so that nothing moves between pages while they are read.
_SORTED = f"<d:sortCriterion>{element('d:order', 'ASC')}{element('d:attribute', 'SIM_SSN')}</d:sortCriterion>"
_UNKNOWN = "Orange does not know this SIM in this account. Check the serial number and the account."

logger = logging.getLogger(__name__)


def check(context: Context) -> Proof:
    """Asks for the first SIM of the account: a read that needs user, password and the right to read."""
    link = Link(context)
    reply = link.call(SEARCH, _search("", None, 0, 1))
    return Proof(
        f"The user {link.user} is accepted by {link.base.host}.{_how_many(reply)}",
        {
            "User name": link.user,
            "Endpoint": f"{link.base.url}/",
            "Proved": "Host, user name, password and the right to read the directory",
        },
    )


def record(context: Context, subject: str) -> SimRecord:
    if not is_serial_number(subject):
        raise NotFound(f"“{subject}” cannot be a SIM serial number at Orange, which has 13 digits.")
    found = refresh(context, [subject])
    if subject not in found:
        raise NotFound(_UNKNOWN)
    return found[subject]


def refresh(context: Context, subjects: Sequence[str]) -> dict[str, SimRecord]:
    """One call, or none where nothing that is asked for can be a SIM. Those not in this account are absent."""
    wanted = [subject for subject in subjects if is_serial_number(subject)]
    if not wanted:
        return {}
    numbers = "".join(element("c:simSerialNumber", subject) for subject in wanted)
    reply = Link(context).call(GET, f"<d:lineIdentifiers>{numbers}</d:lineIdentifiers>{_FLAGS}")
    records = (sim_record(entry, whole=True) for entry in _entries(reply))
    found = {each.subject: each for each in records if each.subject in wanted}
    if not found and not _says_unknown(reply, wanted):
        raise BadResponse("Orange's answer is about none of the SIMs that it was asked about. Try again later.")
    return found


def _says_unknown(reply: Reply, wanted: Sequence[str]) -> bool:
    """Whether it names one of these as unknown: an answer that says nothing of them does not say that they are gone."""
    unknown = reply.content.first("unknownLinesIdentifiers", DIRECTORY)
    return unknown is not None and any(number.text.strip() in wanted for number in unknown.children)


def page(context: Context, since: datetime | None, cursor: Cursor | None) -> Page:
    """A hundred SIMs by serial number; with `since` those whose status changed from then on.

    Orange counts so many hits and no more. Where there are more, they are gone through by how their numbers begin.
    """
    prefix, start = (str(cursor["prefix"]), int(cursor["start"])) if cursor else ("", 0)
    reply = Link(context).call(SEARCH, _search(prefix, since, start, PAGE_SIZE))
    entries = _entries(reply)
    if entries and start == 0 and _is_cut_off(reply) and len(prefix) < DIGITS:
        return Page(next=_place(_deeper(prefix, entries[0])), as_of=reply.at)
    following = _following(start, len(entries), _total(reply))
    after = _place(prefix, following) if following else _after(prefix)
    return Page(records=_listed(entries), next=after, as_of=reply.at)


def _search(prefix: str, since: datetime | None, start: int, size: int) -> str:
    begins = element("d:simSerialNumber", prefix) if prefix else ""
    changed = element("d:simStatusChangeMinDate", written(since)) if since else ""
    span = element("d:rangeSize", str(size)) + element("d:rangeStart", str(start))
    return f"<d:searchCriterion>{begins}{changed}</d:searchCriterion>{span}{_SORTED}"


def _how_many(reply: Reply) -> str:
    total = _total(reply)
    if total is None:
        return ""
    more = "more than " if _is_cut_off(reply) else ""
    return f" The account has {more}{total:,} SIM{'' if total == 1 else 's'}."


def _is_cut_off(reply: Reply) -> bool:
    return (reply.content.value("resultsNumberExceeded", DIRECTORY) or "").strip() in ("true", "1")


def _place(prefix: str, start: int = 0) -> Cursor:
    return {"prefix": prefix, "start": start}


def _deeper(prefix: str, first: xml_documents.Node) -> str:
    """One digit more: that of the lowest number, because no number begins with less."""
    number = serial_number(first)
    return number[: len(prefix) + 1] if number.startswith(prefix) and number else f"{prefix}0"


def _after(prefix: str) -> Cursor | None:
    """The place of the numbers above all that begin so; None where there are none."""
    shorter = prefix.rstrip("9")
    return _place(f"{shorter[:-1]}{int(shorter[-1]) + 1}") if shorter else None


def _entries(reply: Reply) -> list[xml_documents.Node]:
    return reply.content.all("connectivityDirectory", DIRECTORY)


def _total(reply: Reply) -> int | None:
    total = (reply.content.value("totalResultsNumber", DIRECTORY) or "").strip()
    return int(total) if total.isascii() and total.isdecimal() and len(total) < 10 else None


def _following(start: int, listed: int, total: int | None) -> int | None:
    """Without a total a full page has another after it; an empty one has none, whatever the total says."""
    more = start + listed < total if total is not None else listed == PAGE_SIZE
    return start + listed if listed and more else None


def _listed(entries: Iterable[xml_documents.Node]) -> list[SimRecord]:
    """One entry that does not say which SIM it is must not keep all others from being known."""
    records = [sim_record(entry, whole=False) for entry in entries]
    numbered = [each for each in records if each.subject]
    if records and not numbered:
        raise BadResponse("Orange listed SIMs without their serial numbers. Try again later.")
    if len(records) > len(numbered):
        logger.warning("Orange listed %s SIMs without serial number; they are left out", len(records) - len(numbered))
    return numbered
