"""The carrier's messages, from the tables of the specification (section 5): the one source of schema and replies."""

from __future__ import annotations

from extensions.core.contract.sandboxing.soap.types import (
    BOOLEAN,
    BYTE,
    DATE,
    DATE_TIME,
    DECIMAL,
    INT,
    LONG,
    STRING,
    Attribute,
    Field,
    Sequence,
    enumeration,
)

from .names import SCHEMA

ENCODING = enumeration("LITERAL", "BASE64")
REQUEST_ID = Attribute("requestId", STRING, qualified=True)


def _sequence(name: str, fields: tuple[Field, ...], attributes: tuple[Attribute, ...] = ()) -> Sequence:
    return Sequence(name, fields, attributes, SCHEMA)


def _strings(*names: str, least: int = 1) -> tuple[Field, ...]:
    return tuple(Field(name, STRING, least) for name in names)


def _decimals(*names: str, least: int = 1) -> tuple[Field, ...]:
    return tuple(Field(name, DECIMAL, least) for name in names)


def _many(name: str, kind: Sequence | None = None, least: int = 0) -> Field:
    return Field(name, kind or STRING, least, None)


def _request(name: str, *fields: Field, attributes: tuple[Attribute, ...] = ()) -> Sequence:
    first = _strings("messageId", "version", "licenseKey")
    return _sequence(f"{name}RequestType", (*first, *fields), attributes)


def _reply(name: str, *fields: Field) -> Sequence:
    first = (*_strings("correlationId", "version", "build"), Field("timestamp", DATE_TIME))
    return _sequence(f"{name}ResponseType", (*first, *fields), (REQUEST_ID,))


ICCIDS_ASKED = _sequence("IccidsAskedType", (_many("iccid", least=1),))
ICCIDS = _sequence("IccidsType", (_many("iccid"),))
MESSAGE_IDS_ASKED = _sequence("SmsMsgIdsAskedType", (Field("smsMsgId", LONG, 1, None),))
MESSAGE_IDS = _sequence("SmsMsgIdsType", (Field("smsMsgId", LONG, 0, None),))

RATING = _sequence(
    "RatingType", tuple(Field(name, DATE, 0) for name in ("termStartDate", "termEndDate", "renewalDate"))
)
TERMINAL = _sequence(
    "TerminalType",
    (
        *_strings("iccid"),
        *_strings("terminalId", "modemId", "customer", "endConsumerId", least=0),
        *_strings("suspended", "ratePlan", "status"),
        *_decimals("monthToDateUsage", least=0),
        Field("overageLimitReached", BOOLEAN),
        *_strings("overageLimitOverride"),
        Field("dateActivated", DATE_TIME, 0),
        Field("dateAdded", DATE_TIME),
        Field("dateModified", DATE_TIME),
        Field("dateShipped", DATE_TIME, 0),
        *_decimals("monthToDateDataUsage", "monthToDateSMSUsage", "monthToDateVoiceUsage", least=0),
        *_strings("secureSimId", "custom1", "custom2", "custom3"),
        Field("rating", RATING),
        *_strings("secureSimUsernameCopyRule", "secureSimPasswordCopyRule"),
        Field("accountId", LONG),
        Field("fixedIpAddress", STRING, nillable=True),
        Field("ctdSessionCount", INT, nillable=True),
        *_strings(*(f"customerCustom{n}" for n in range(1, 6)), *(f"operatorCustom{n}" for n in range(1, 6))),
        *_strings("imsi"),
        *_strings("primaryICCID", "imei", "globalSimType", "simNotes", least=0),
        Field("version", INT),
        *_strings(*(f"custom{n}" for n in range(4, 11))),
    ),
    (Attribute("msisdn", STRING),),
)
SESSION = _sequence(
    "SessionType",
    (
        *_strings("iccid"),
        Field("ipAddress", STRING, nillable=True),
        Field("dateSessionStarted", DATE_TIME),
        Field("dateSessionEnded", DATE_TIME, nillable=True),
    ),
)
MESSAGE = _sequence(
    "SmsMessageType",
    (
        Field("smsMsgId", LONG),
        *_strings("status", "messageText", "senderLogin", "sentToIccid", "sentFrom", "smsMsgAttemptStatus", "msgType"),
        Field("dateSent", DATE_TIME, nillable=True),
        Field("dateReceived", DATE_TIME, nillable=True),
        Field("dateAdded", DATE_TIME),
        Field("dateModified", DATE_TIME),
    ),
)

DETAILS_REQUEST = _request("GetTerminalDetails", Field("iccids", ICCIDS_ASKED))
DETAILS_REPLY = _reply(
    "GetTerminalDetails", Field("terminals", _sequence("TerminalsType", (_many("terminal", TERMINAL),)))
)
MODIFIED_REQUEST = _request(
    *("GetModifiedTerminals", Field("since", DATE_TIME, 0), Field("simState", STRING, 0), Field("pageNumber", INT, 0)),
    attributes=(Attribute("accountId", LONG),),
)
MODIFIED_REPLY = _reply(
    "GetModifiedTerminals", Field("iccids", ICCIDS), Field("pageNumber", INT, 0), Field("totalPages", INT, 0)
)
EDIT_REQUEST = _request(
    *("EditTerminal", Field("iccid", STRING), Field("effectiveDate", DATE, 0)),
    *(Field("targetValue", STRING, 0), Field("changeType", INT)),
)
EDIT_REPLY = _reply("EditTerminal", Field("iccid", STRING), Field("effectiveDate", DATE))
SESSION_REQUEST = _request("GetSessionInfo", _many("iccid", least=1))
SESSION_REPLY = _reply(
    "GetSessionInfo", Field("sessionInfo", _sequence("SessionInfoType", (_many("session", SESSION),)))
)
USAGE_REQUEST = _request("GetTerminalUsage", Field("iccid", STRING), Field("cycleStartDate", DATE, 0))
USAGE_REPLY = _reply(
    "GetTerminalUsage",
    *_strings("iccid"),
    *_strings("terminalId", "customer", "endConsumerId", least=0),
    *_decimals("totalDataVolume", "billableDataVolume"),
    Field("cycleStartDate", DATE),
    Field("billable", BOOLEAN),
    *_decimals("totalSMSVolume", "totalVoiceVolume", "billableSMSVolume", "billableVoiceVolume"),
    *_strings("ratePlan"),
    *_decimals("eventsUsage", "totalEvents"),
)
SEND_REQUEST = _request(
    *("SendSMS", Field("sentToIccid", STRING), Field("messageText", STRING), Field("tpvp", BYTE, 0)),
    attributes=(Attribute("messageTextEncoding", ENCODING, "LITERAL"),),
)
SEND_REPLY = _reply("SendSMS", Field("smsMsgId", LONG))
MESSAGES_REQUEST = _request("GetSMSDetails", Field("smsMsgIds", MESSAGE_IDS_ASKED))
MESSAGES_REPLY = _reply(
    "GetSMSDetails", Field("smsMessages", _sequence("SmsMessagesType", (_many("smsMessage", MESSAGE),)))
)
SEARCH_REQUEST = _request(
    "GetModifiedSMS", Field("iccid", STRING, 0), Field("fromDate", DATE_TIME, 0), Field("toDate", DATE_TIME, 0)
)
SEARCH_REPLY = _reply("GetModifiedSMS", Field("smsMsgIds", MESSAGE_IDS))
ECHO_REQUEST = _request("Echo", Field("value", STRING))
ECHO_REPLY = _reply("Echo", Field("value", STRING))
