"""Text messages over Control Center SOAP: send one, follow it, find one whose answer was lost."""

from collections.abc import Sequence
from datetime import datetime

from extensions.controlcenter.calls import identifier
from extensions.controlcenter.dates import instant, request_instant
from extensions.controlcenter.messages import CLOCK_SLACK, newest_first, next_few, sms_state
from extensions.controlcenter.normalise import text as text_of
from extensions.controlcenter.sentences import NO_MESSAGE, TOO_MANY_MESSAGES
from extensions.controlcenter.soap import GET_MODIFIED_SMS, GET_SMS_DETAILS, SEND_SMS, SoapLink
from extensions.controlcenter.soap_batches import LARGEST_BATCH, fetch_all
from extensions.core.contract import BadResponse, Context, NoData, NotFound, Refused
from extensions.sims.contract import Accepted, Cursor, ReplyPage, SmsReply, SmsReport
from iotdash.lib.xml_documents import Node

SMS_LIMIT = 160
# Looked at in two calls.
MOST_DETAILS = 2 * LARGEST_BATCH


def send(context: Context, subject: str, text: str) -> Accepted:
    """The text goes out exactly as given, as `LITERAL`, which is the default.

    SOAP names no coding for characters outside the GSM alphabet, and no character set for `BASE64`: such texts go out
    as LITERAL too, and Control Center says so when it cannot send them.
    """
    if len(text) > SMS_LIMIT:
        raise Refused(f"Over SOAP a message has at most {SMS_LIMIT} characters, and this one has {len(text)}.")
    reply = SoapLink(context).call(SEND_SMS, ("sentToIccid", identifier(subject)), ("messageText", text))
    reference = text_of(reply.value("smsMsgId"))
    if reference is None:
        raise BadResponse("Control Center took the message but gave no number for it.", may_have_happened=True)
    return Accepted(reference.strip())


def report(context: Context, reference: str) -> SmsReport:
    """NotFound here is about the message, not about the SIM."""
    if not (reference.isascii() and reference.isdecimal()):
        raise NotFound(NO_MESSAGE)
    found = _details(SoapLink(context), [reference])
    if reference not in found:
        raise NotFound(NO_MESSAGE)
    return _report(reference, found[reference])


def find(
    context: Context, subject: str, text: str, since: datetime, taken: frozenset[str] = frozenset()
) -> SmsReport | None:
    """None only if no such message is there; NoData if there are too many messages to look at each."""
    link, earliest = SoapLink(context), since - CLOCK_SLACK
    references = [reference for reference in _references(link, subject, earliest) if reference not in taken]
    looked_at = references[:MOST_DETAILS]
    found = fetch_all(lambda batch: _details(link, batch), looked_at)
    for reference in looked_at:
        if reference in found and _is_ours(found[reference], subject, text, earliest):
            return _report(reference, found[reference])
    if len(references) <= MOST_DETAILS:
        return None
    raise NoData(TOO_MANY_MESSAGES)


def replies(context: Context, subject: str, since: datetime, known: frozenset[str], cursor: Cursor | None) -> ReplyPage:
    """Of the SIM alone. The cursor: the message `before` which nothing is looked at yet."""
    link = SoapLink(context)
    listed = _references(link, subject, since - CLOCK_SLACK)
    looked_at, is_all = next_few(listed, known, cursor and cursor["before"], LARGEST_BATCH)
    found = fetch_all(lambda batch: _details(link, batch), looked_at)
    read = [_reply(subject, each, found[each]) for each in looked_at if each in found and _is_reply(found[each])]
    return ReplyPage(read, None if is_all else {"before": looked_at[-1]})


def _is_reply(message: Node) -> bool:
    """The list has the messages of one SIM; whose a message from it is, its fields do not say for sure."""
    return (message.value("msgType") or "").strip().upper() == "MO"


def _reply(subject: str, reference: str, message: Node) -> SmsReply:
    times = (instant(message.value(name)) for name in ("dateReceived", "dateSent", "dateAdded"))
    return SmsReply(subject, reference, text_of(message.value("messageText")) or "", next(filter(None, times), None))


def _references(link: SoapLink, subject: str, since: datetime) -> list[str]:
    reply = link.call(GET_MODIFIED_SMS, ("iccid", identifier(subject)), ("fromDate", request_instant(since)))
    listed = reply.first("smsMsgIds")
    return newest_first({number.strip() for number in listed.values("smsMsgId")} if listed else ())


def _details(link: SoapLink, references: Sequence[str]) -> dict[str, Node]:
    asked = ("smsMsgIds", [("smsMsgId", reference) for reference in references])
    listed = link.call(GET_SMS_DETAILS, asked).first("smsMessages")
    messages = listed.all("smsMessage") if listed else []
    return {(message.value("smsMsgId") or "").strip(): message for message in messages}


def _is_ours(message: Node, subject: str, text: str, earliest: datetime) -> bool:
    written_at = instant(message.value("dateSent")) or instant(message.value("dateAdded"))
    return (
        (message.value("sentToIccid") or "").strip() == subject
        and _lines(message.value("messageText")) == _lines(text)
        and (message.value("msgType") or "").strip().upper() == "MT"
        and (written_at is None or written_at >= earliest)
    )


def _lines(text: str | None) -> list[str]:
    """An XML parser turns every line end into the same, so they are not compared."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _report(reference: str, message: Node) -> SmsReport:
    words = text_of(message.value("status")) or ""
    sent = instant(message.value("dateSent"))
    return SmsReport(
        reference=reference,
        state=sms_state(words),
        words=words,
        text=text_of(message.value("messageText")) or "",
        at=sent or instant(message.value("dateReceived")),
    )
