"""The Sms service: send, list, detail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .. import messages
from ..model import Message
from ..problems import Problem
from .call import SoapCall, at_most, iccid_in, read_sim
from .errors import TOO_MANY_MESSAGES, UNKNOWN_MESSAGE, SoapFault

LONGEST = 160
_THE_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_ALL = 2**31


def send(call: SoapCall) -> dict[str, Any]:
    """`SendSMS`: accepted, which is not delivered."""
    request = call.request
    draft = messages.Draft(
        iccid_in(request["sentToIccid"]),
        request["messageText"],
        request["messageTextEncoding"] == "BASE64",
        validity=request.get("tpvp"),
        call_id=call.call_id,
        maximum=LONGEST,
    )
    with call.state.store.write() as db:
        return {"smsMsgId": messages.send(call.desk(db), draft)}


def details(call: SoapCall) -> dict[str, Any]:
    """`GetSMSDetails`: the messages that the account has."""
    ids = at_most(call.request["smsMsgIds"]["smsMsgId"], TOO_MANY_MESSAGES)
    found = [message for message in (_owned(call, message_id) for message_id in ids) if message]
    if not found:
        raise SoapFault(UNKNOWN_MESSAGE)
    return {"smsMessages": {"smsMessage": [_details(message) for message in found]}}


def search(call: SoapCall) -> dict[str, Any]:
    """`GetModifiedSMS`: ids, oldest change first."""
    iccid = call.request.get("iccid", "")
    if iccid:
        read_sim(call, iccid)
    since = call.request.get("fromDate", _THE_BEGINNING)
    wanted = messages.MessageSearch(since, call.request.get("toDate"), iccid, _ALL)
    with call.state.store.read() as db:
        ids, _ = messages.search(db, call.account, wanted)
    return {"smsMsgIds": {"smsMsgId": ids}}


def _owned(call: SoapCall, message_id: int) -> Message | None:
    with call.state.store.read() as db:
        try:
            return messages.owned(db, call.account, message_id)
        except Problem:
            return None


def _details(message: Message) -> dict[str, Any]:
    return {
        "smsMsgId": message.id,
        "status": message.status,
        "messageText": message.text,
        "senderLogin": message.sender,
        "sentToIccid": message.iccid,
        "sentFrom": message.sent_from,
        "smsMsgAttemptStatus": message.status,
        "msgType": message.msg_type,
        "dateSent": message.date_sent,
        "dateReceived": message.date_received,
        "dateAdded": message.date_sent or message.date_modified,
        "dateModified": message.date_modified,
    }
