"""SendGrid's event webhook: who sent it, and what became of which message."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from extensions.core.contract import Forged, InboundRecord, Malformed
from extensions.email.schema import SMTP
from extensions.email.words import shown
from extensions.mailers.contract import Delivery, DeliveryEvent, payload_of

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"

_DELIVERIES = {
    "processed": Delivery.SENT,
    "deferred": Delivery.DEFERRED,
    "delivered": Delivery.DELIVERED,
    "bounce": Delivery.FAILED,
    "dropped": Delivery.FAILED,
}
_FRAME = re.compile(r"-----[A-Z ]+-----")
_ANY_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"']+@[^\s<>()\[\]:;,\"']+")
_LONGEST_ID = 200
# From 1970 to 5138: at the ends of the calendar some zones have no such time.
_INSTANTS = range(10**11)
_Event = Mapping[str, Any]


def public_key(text: str) -> ec.EllipticCurvePublicKey | None:
    """The key as SendGrid shows it: base64 of a SubjectPublicKeyInfo on P-256. None if it is not."""
    try:
        found = load_der_public_key(base64.b64decode("".join(_FRAME.sub("", text).split()), validate=True))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    right = isinstance(found, ec.EllipticCurvePublicKey) and isinstance(found.curve, ec.SECP256R1)
    return found if right else None


def parse(
    method: str, headers: Mapping[str, str], raw_body: bytes, settings: Mapping[str, Any]
) -> Sequence[InboundRecord]:
    """For `Inbound.parse`. Reports that say nothing of delivery, such as of clicks, are left out."""
    _prove(headers, raw_body, settings)
    return [_record(event) for event in _events(raw_body) if _text(event, "event") in _DELIVERIES]


def _prove(headers: Mapping[str, str], raw_body: bytes, settings: Mapping[str, Any]) -> None:
    key = public_key(str(settings.get("webhook_key") or ""))
    if key is None:
        raise Forged("The verification key is not set, so no report is taken.")
    if SIGNATURE not in headers or TIMESTAMP not in headers:
        raise Forged("The report is not signed. Switch on the signed event webhook in SendGrid.")
    try:
        signature = base64.b64decode(headers[SIGNATURE], validate=True)
        signed = headers[TIMESTAMP].encode("latin-1") + raw_body
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise Forged("The signature does not fit the verification key.") from error


def _events(raw_body: bytes) -> Sequence[_Event]:
    try:
        body = json.loads(raw_body)
    except (ValueError, RecursionError) as error:
        raise Malformed("The report is not JSON.") from error
    if not isinstance(body, list) or not all(isinstance(event, dict) for event in body):
        raise Malformed("The report is not a list of events.")
    return body


def _record(event: _Event) -> InboundRecord:
    return InboundRecord(_key(event), payload_of(_delivery_event(event)), _instant(event.get("timestamp")))


def _key(event: _Event) -> str:
    """SendGrid's id of the event; for want of one the whole event, so that a repetition is still one."""
    given = _text(event, "sg_event_id")
    return given or hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()


def _delivery_event(event: _Event) -> DeliveryEvent:
    return DeliveryEvent(
        delivery=_DELIVERIES[event["event"]],
        mail_id=_text(event, "mail_id") or _mail_id_in(_text(event, "smtp-id")),
        message_id=_text(event, "sg_message_id"),
        words=_words(event),
    )


def _mail_id_in(smtp_id: str) -> str:
    """What was sent over SMTP has no arguments of its own; our Message-ID begins with our id."""
    return smtp_id.removeprefix("<").partition("@")[0] if smtp_id.startswith("<") else ""


def _words(event: _Event) -> str:
    """What the recipient's server or SendGrid said, without addresses."""
    kind = _text(event, "type") if event["event"] == "bounce" else ""
    said = next(filter(None, (_text(event, name, 2000) for name in ("reason", "response"))), "")
    parts = [part for part in (kind if kind != "bounce" else "", said) if part]
    return shown(_ANY_ADDRESS.sub("…", ": ".join(parts)))


def _text(event: _Event, name: str, longest: int = _LONGEST_ID) -> str:
    value = event.get(name)
    return value if isinstance(value, str) and len(value) <= longest else ""


def _instant(seconds: Any) -> datetime | None:
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and seconds in _INSTANTS
    return datetime.fromtimestamp(seconds, UTC) if known else None


def guide(address: str, settings: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """For `Inbound.guide`; nothing for a method without reports."""
    if settings.get("method") == SMTP:
        return ()
    key = "is entered here" if public_key(str(settings.get("webhook_key") or "")) else "is not entered here yet"
    return (
        ("Settings, Mail Settings, Event Webhook: Post URL", address),
        ("Actions to be posted", "Processed, Deferred, Delivered, Bounced, Dropped"),
        ("Signature verification", "Enable it: reports without a signature are not taken."),
        ("Verification key", f"Copy it from there into the settings of this extension. It {key}."),
    )
