"""Pushes as the specification describes them: fields, signatures, and the XML of each event."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SECRET = "the-shared-secret-of-the-account"
ICCID = "8988200000000000014"
MADE_AT = "2017-03-15T10:00:00.000Z"
NAMESPACE = "http://api.jasperwireless.com/ws/schema"
# Byte for byte as the specification has it.
STATE_CHANGE = """<SimStateChange xmlns="http://api.jasperwireless.com/ws/schema">
  <iccid>8988200000000000014</iccid><previousState>ACTIVATION_READY</previousState>
  <currentState>ACTIVATED</currentState><dateChanged>2017-03-15T10:00:00.000Z</dateChanged>
</SimStateChange>"""


def xml(root: str, iccid: str = ICCID, **children: str) -> str:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in {"iccid": iccid, **children}.items())
    return f'<{root} xmlns="{NAMESPACE}">{inner}</{root}>'


def signature(algorithm: str, timestamp: str, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), timestamp.encode(), algorithm).digest()).decode()


def fields(**changes: Any) -> dict[str, Any]:
    """Of a push that is right, but for the changes; one to None is left out."""
    timestamp = changes.get("timestamp") or MADE_AT
    right = {
        "eventId": "4711",
        "eventType": "SIM_STATE_CHANGE",
        "timestamp": timestamp,
        "signature": signature("sha1", timestamp),
        "signature2": signature("sha256", timestamp),
        "data": STATE_CHANGE,
    }
    return {name: value for name, value in (right | changes).items() if value is not None}


def form(**changes: Any) -> bytes:
    return urlencode(fields(**changes)).encode()


def as_json(**changes: Any) -> bytes:
    data = {"iccid": ICCID, "previousState": "ACTIVATION_READY", "currentState": "ACTIVATED"}
    return json.dumps(fields(**{"data": data, **changes})).encode()


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
