"""SMS: send, list, detail."""

from __future__ import annotations

from typing import Any

from .. import edits, messages
from ..dates import device_date
from ..model import Message
from .call import Answer, RestCall, check_account_id, iccid_in, instant, json_object, only_known, page
from .errors import RestError

_BODY = frozenset({"messageText", "messageEncoding", "dataCoding", "tpvp", "callbackParam"})
MAX_TPVP = 255


def send(call: RestCall, iccid: str) -> Answer:
    """`POST /devices/{iccid}/smsMessages`: accepted, which is not delivered."""
    draft = _draft(call, iccid)
    settings = call.state.settings
    with call.state.store.write() as db:
        message_id = messages.send(edits.Desk(db, call.account, settings, call.now), draft)
    return Answer({settings.sms_id_key: message_id})


def search(call: RestCall) -> Answer:
    """`GET /smsMessages?fromDate=…`: ids, oldest change first."""
    check_account_id(call)
    if "fromDate" not in call.query:
        raise RestError("10000022")
    since = instant(call.query["fromDate"], "10000027")
    till = instant(call.query["toDate"], "10000027") if "toDate" in call.query else None
    if till and till < since:
        raise RestError("10000027")
    size, number = page(call)
    iccid = iccid_in(call.query["iccid"]) if "iccid" in call.query else ""
    with call.state.store.read() as db:
        wanted = messages.MessageSearch(since, till, iccid, size, number)
        ids, last = messages.search(db, call.account, wanted)
    return Answer({"smsMsgIds": ids, "pageNumber": number, "lastPage": last})


def details(call: RestCall, message_id: str) -> Answer:
    """`GET /smsMessages/{id}`"""
    if not (message_id.isascii() and message_id.isdigit() and len(message_id) < 19):
        raise RestError("20000002")
    with call.state.store.read() as db:
        return Answer(_details(messages.owned(db, call.account, int(message_id))))


def _draft(call: RestCall, iccid: str) -> messages.Draft:
    body = json_object(call)
    only_known(body, _BODY)
    text = body.get("messageText")
    if text is None:
        raise RestError("10000011")
    encoding = body.get("messageEncoding", "LITERAL")
    if not isinstance(text, str) or not isinstance(body.get("callbackParam", {}), dict):
        raise RestError("10000023")
    if encoding not in ("LITERAL", "BASE64"):
        raise RestError("10000017")
    coding = _coding(body.get("dataCoding", 0))
    return messages.Draft(
        iccid_in(iccid), text, encoding == "BASE64", coding, _validity(body.get("tpvp")), call.call_id
    )


def _coding(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in messages.PER_SEGMENT:
        raise RestError("10000018")
    return value


def _validity(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_TPVP:
        raise RestError("10000019")
    return value


def _details(message: Message) -> dict[str, Any]:
    return {
        "smsMsgId": message.id,
        "status": message.status,
        "messageText": message.text,
        "senderLogin": message.sender,
        "iccid": message.iccid,
        "sentTo": message.sent_to,
        "sentFrom": message.sent_from,
        "msgType": message.msg_type,
        "dateSent": device_date(message.date_sent),
        "dateReceived": device_date(message.date_received),
        "dateModified": device_date(message.date_modified),
    }
