"""Pushes of Control Center: a rule of the account posts an event to us. Who sent it, and about which SIM it is.

The signature covers the time and nothing else, so that whoever saw one push can send others with it for some minutes.
So nothing of an event is believed but that a SIM is worth reading again, and only while the time is fresh.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from extensions.controlcenter.dates import instant
from extensions.controlcenter.iccid import FIELD, iccid_problem
from extensions.controlcenter.settings import PUSH_FIELD, push_secret_of
from extensions.core.contract import Forged, Inbound, InboundRecord, Malformed
from extensions.sims.contract import About, SimReport, payload_of
from iotdash.lib.xml_documents import XmlError
from iotdash.lib.xml_documents import parse as parse_xml

# An event is a few elements; the limit leaves room for a long text message.
MOST_BYTES = 64 * 1024
MOST_FIELDS = 50
# Either way: the clocks of two companies differ.
FRESH_FOR = timedelta(minutes=5)

# By the type of the event and by its root element: of the types only some spellings are certain.
_ABOUT = {
    "SIM_STATE_CHANGE": About.CHANGE,
    "SimStateChange": About.CHANGE,
    "SIM_RATEPLAN_CHANGE": About.CHANGE,
    "SimRatePlanChange": About.CHANGE,
    "IMEI_CHANGE": About.CHANGE,
    "SimImeiChange": About.CHANGE,
    "CTD_USAGE": About.FIGURES,
    "CtdUsage": About.FIGURES,
    "PAST24H_DATA_USAGE_EXCEEDED": About.FIGURES,
    "Past24HDataUsage": About.FIGURES,
    "DATA_LIMIT": About.FIGURES,
    "SimDataLimit": About.FIGURES,
    "SESSION_START": About.FIGURES,
    "SESSION_STOP": About.FIGURES,
    "Session": About.FIGURES,
    "SMS_MO_RECEIVED": About.MESSAGE,
    "SmsMoReceived": About.MESSAGE,
    "NO_CONNECTION": About.FIGURES,
    "NoConnection": About.FIGURES,
}
_Fields = Mapping[str, Any]
# XML inside a form or JSON is text already, whatever encoding it had before.
_DECLARATION = re.compile(r"^\s*<\?xml\s[^>]*\?>")
# A plus sign that the sender did not encode comes as a blank; it was signed as a plus sign.
_ZONE = re.compile(r"(:[0-9.]+) ([0-9]{2}:?[0-9]{2})$")


def parse(
    method: str, headers: Mapping[str, str], raw_body: bytes, settings: Mapping[str, Any]
) -> Sequence[InboundRecord]:
    """For `Inbound.parse`. An event that is about no SIM tells nothing."""
    fields = _fields(headers.get("content-type", ""), raw_body)
    made_at = _proved(fields, settings)
    about, iccid = _event(fields)
    if iccid is None:
        return ()
    if iccid_problem(iccid):
        raise Malformed("The push is about something that is no ICCID.")
    key = _text(fields, "eventId").strip() or hashlib.sha256(raw_body).hexdigest()
    return (InboundRecord(key, payload_of(SimReport(iccid, about)), made_at),)


def guide(address: str, settings: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """For `Inbound.guide`."""
    return (
        ("Automation rules, action “Push API”: URL", address),
        ("Shared secret", "Control Center shows it to administrators of the account. Copy it into the settings here."),
        ("Format", "A form with XML, or JSON: both are read."),
        ("Rules worth having", "Changes of state, rate plan and IMEI, received SMS: seen at once, not in minutes."),
    )


# --- Who sent it ------------------------------------------------------------------------------------------------------


def _proved(fields: _Fields, settings: Mapping[str, Any]) -> datetime:
    """When it was made. Raises Forged."""
    secret = push_secret_of(settings)
    if not secret:
        raise Forged("The shared secret of pushes is not entered here, so no push is taken.")
    written, signature = _ZONE.sub(r"\1+\2", _text(fields, "timestamp")), _text(fields, "signature2")
    if not written or not signature:
        raise Forged("The push is not signed: it needs timestamp and signature2.")
    right = base64.b64encode(hmac.digest(secret.encode(), written.encode(errors="replace"), hashlib.sha256))
    given = signature.strip().replace(" ", "+").encode(errors="replace")
    if not hmac.compare_digest(right, given):
        raise Forged("The signature does not fit the shared secret.")
    return _fresh(written)


def _fresh(written: str) -> datetime:
    made_at = instant(written)
    if made_at is None:
        raise Malformed("The push says in no known form when it was made.")
    age = datetime.now(UTC) - made_at
    if abs(age) > FRESH_FOR:
        raise Forged(f"The push was made {_when(age)}: it is an old one, or one of the two clocks is wrong.")
    return made_at


def _when(age: timedelta) -> str:
    seconds = f"{abs(age) // timedelta(seconds=1):,} s"
    return f"{seconds} ago" if age > timedelta(0) else f"{seconds} from now"


# --- What it says -----------------------------------------------------------------------------------------------------


def _fields(content_type: str, raw_body: bytes) -> _Fields:
    """Raises Forged: what cannot be read proves nothing."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            fields = json.loads(raw_body)
        elif kind == "application/x-www-form-urlencoded":
            fields = dict(parse_qsl(raw_body.decode(), max_num_fields=MOST_FIELDS))
        else:
            raise Forged("The push is neither a form nor JSON.")
    except (ValueError, RecursionError) as error:
        raise Forged("The push cannot be read.") from error
    if not isinstance(fields, dict):
        raise Forged("The push is not an object with fields.")
    return fields


def _event(fields: _Fields) -> tuple[About, str | None]:
    """What may be new by the event, and the ICCID that it names; None if it names none.

    An event that is known by neither type nor root is worth a look at once.
    """
    data = fields.get("data")
    root, iccid = _of_json(data) if isinstance(data, dict) else _of_xml(_text(fields, "data"))
    known = (_ABOUT.get(name) for name in (_text(fields, "eventType").strip(), root))
    return next(filter(None, known), About.CHANGE), iccid


def _of_json(data: Mapping[str, Any]) -> tuple[str, str | None]:
    """The fields may stand inside the name of the event: the shape of JSON is documented nowhere."""
    for root, inner in (("", data), *data.items()):
        if isinstance(inner, dict) and FIELD in inner:
            return root, _text(inner, FIELD).strip()
    return "", None


def _of_xml(text: str) -> tuple[str, str | None]:
    try:
        root = parse_xml(_DECLARATION.sub("", text).encode())
    except (XmlError, ValueError) as error:
        raise Malformed("The data of the push is not XML that is read here.") from error
    iccid = root.value(FIELD)
    return root.name, None if iccid is None else iccid.strip()


def _text(fields: _Fields, name: str) -> str:
    """As it was received; "" for what is neither text nor a number."""
    value = fields.get(name)
    return str(value) if isinstance(value, str | int) else ""


INBOUND = Inbound(parse, guide, max_body=MOST_BYTES, needs=PUSH_FIELD)
