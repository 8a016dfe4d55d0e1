"""Text messages over Control Center REST: send one, follow it, find one whose answer was lost."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from extensions.controlcenter.dates import instant, request_instant
from extensions.controlcenter.gsm import data_coding
from extensions.controlcenter.messages import CLOCK_SLACK, newest_first, next_few, sms_state
from extensions.controlcenter.normalise import is_identifier
from extensions.controlcenter.normalise import text as text_of
from extensions.controlcenter.rest import RestLink
from extensions.controlcenter.sentences import NOT_ACTIVE, TOO_MANY_MESSAGES
from extensions.core.contract import BadResponse, Context, NoData, NotFound, Refused
from extensions.sims.contract import Accepted, Cursor, ReplyPage, SmsReply, SmsReport

# The default; where an account has another limit, Control Center refuses what is longer.
SMS_LIMIT = 320
INVALID_STATUS = "10000005"
MOST_LIST_PAGES = 3
MOST_DETAILS = 8
# The list has the messages of all SIMs, those that were sent to them, too, and each costs a call. People wait for no
# more calls than these, and the account for no more pages.
REPLIES_AT_ONCE = 5
MOST_REPLY_PAGES = 100


def send(context: Context, subject: str, text: str) -> Accepted:
    """The text goes out exactly as given."""
    body = {"messageText": text, "messageEncoding": "LITERAL", "dataCoding": data_coding(text)}
    try:
        reply = RestLink(context).post("devices", subject, "smsMessages", body=body)
    except Refused as error:
        if error.code != INVALID_STATUS:
            raise
        # Of a message, the status that is not valid is the SIM's.
        raise Refused(NOT_ACTIVE, code=error.code, words=error.words) from error
    reference = text_of(reply.get("smsMessageId")) or text_of(reply.get("smsMsgId"))
    if reference is None:
        raise BadResponse("Control Center took the message but gave no number for it.", may_have_happened=True)
    return Accepted(reference)


def report(context: Context, reference: str) -> SmsReport:
    """NotFound here is about the message, not about the SIM."""
    return _report(reference, RestLink(context).get("smsMessages", reference))


def find(
    context: Context, subject: str, text: str, since: datetime, taken: frozenset[str] = frozenset()
) -> SmsReport | None:
    """None only if no such message is there; NoData if there are too many messages to look at each."""
    link, earliest = RestLink(context), since - CLOCK_SLACK
    listed, complete = _references_since(link, earliest)
    references = [reference for reference in listed if reference not in taken]
    for reference in references[:MOST_DETAILS]:
        details = _details(link, reference)
        if _is_ours(details, subject, text, earliest):
            return _report(reference, details)
    if complete and len(references) <= MOST_DETAILS:
        return None
    raise NoData(TOO_MANY_MESSAGES)


def replies(context: Context, subject: str, since: datetime, known: frozenset[str], cursor: Cursor | None) -> ReplyPage:
    """Of all SIMs. The cursor: the page of the list, and on it the message `before` which nothing is looked at yet."""
    link, number = RestLink(context), cursor["page"] if cursor else 1
    page = _page(link, since - CLOCK_SLACK, number)
    looked_at, all_of_page = next_few(_ids_on(page), known, (cursor or {}).get("before"), REPLIES_AT_ONCE)
    found = [_reply(reference, _details(link, reference)) for reference in looked_at]
    if not all_of_page:
        following: Cursor | None = {"page": number, "before": looked_at[-1]}
    else:
        following = {"page": number + 1} if _has_more(page) and number < MOST_REPLY_PAGES else None
    return ReplyPage([reply for reply in found if reply], following)


def _reply(reference: str, details: Mapping[str, Any]) -> SmsReply | None:
    """None if no SIM sent it."""
    subject = text_of(details.get("iccid")) or ""
    if not is_identifier(subject) or str(details.get("msgType")).upper() != "MO":
        return None
    received = instant(details.get("dateReceived")) or instant(details.get("dateSent"))
    return SmsReply(subject, reference, text_of(details.get("messageText")) or "", received)


def _page(link: RestLink, since: datetime, number: int) -> Mapping[str, Any]:
    paging = {"pageNumber": number} if number > 1 else {}
    return link.get("smsMessages", fromDate=request_instant(since), **paging)


def _has_more(page: Mapping[str, Any]) -> bool:
    return page.get("lastPage") is False


def _references_since(link: RestLink, since: datetime) -> tuple[list[str], bool]:
    """Ids of messages, newest first, and whether these are all."""
    references: dict[str, None] = {}
    for number in range(1, MOST_LIST_PAGES + 1):
        page = _page(link, since, number)
        references.update(dict.fromkeys(_ids_on(page)))
        if not _has_more(page):
            return newest_first(references), True
    return newest_first(references), False


def _ids_on(page: Mapping[str, Any]) -> list[str]:
    ids = page.get("smsMsgIds") or []
    if not isinstance(ids, list):
        raise BadResponse("Control Center sent its messages in a form that is not known. Try again later.")
    return [found for found in map(text_of, ids) if found]


def _details(link: RestLink, reference: str) -> Mapping[str, Any]:
    try:
        return link.get("smsMessages", reference)
    except NotFound:
        return {}


def _is_ours(details: Mapping[str, Any], subject: str, text: str, earliest: datetime) -> bool:
    sent_at = instant(details.get("dateSent"))
    return (
        text_of(details.get("iccid")) == subject
        and details.get("messageText") == text
        and str(details.get("msgType")).upper() == "MT"
        and (sent_at is None or sent_at >= earliest)
    )


def _report(reference: str, details: Mapping[str, Any]) -> SmsReport:
    words = text_of(details.get("status")) or ""
    sent = instant(details.get("dateSent"))
    return SmsReport(
        reference=reference,
        state=sms_state(words),
        words=words,
        text=text_of(details.get("messageText")) or "",
        at=sent or instant(details.get("dateReceived")),
    )
