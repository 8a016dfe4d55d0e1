"""What Orange says when it says no: by code, because its messages may be in French."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    PermissionDenied,
    ProviderError,
    QuotaSpent,
    Refused,
    Throttled,
    xml_documents,
)
from extensions.orange.dates import renewed

LONGEST_WORDS = 300

CREDENTIALS = "Orange does not accept this user name and password. Enter those of the API, not those of the portal."
_NO_RIGHT = "Orange knows this user but does not let it read the directory. Ask Orange for the right."
THROTTLED = "This account takes no more calls just now. Wait a little; calls resume by themselves."
_QUOTA = (
    "This account has used up its calls of the month at Orange. Nothing is asked until {}, when the next month's can "
    "be had there. A larger quota can be had from Orange."
)
_OURS = "Orange does not understand this request of iotdash. Please report it as a fault of iotdash."
_BROKEN = "Orange failed inside. Try again later; if it lasts, tell Orange."
_NO_SERVICE = "Orange does not know this service at this address. If it lasts, check the base URL."
_STRANGE = "Orange answered with a fault that is not known here. If it lasts, tell Orange."

Meaning = tuple[type[ProviderError], str]
_NO_RIGHTS = ("REQ.AUTORISATION_FAILURE", "MLM_UNKNOWN_USER", "MLM_SOAP_HEADER_ERROR")
_FAULTS_OF_OURS = (
    *("MLM_TOO_MANY_LINE_IDS", "REQ.SCHEMA_VALIDATION_ERROR"),
    # Faults that say what they are by the name of their element.
    *("TooManyLineIdentifiersError", "InvalidParameterError"),
)
_FAILED_INSIDE = ("CANNOT_CONNECT_TO_DATABASE", "MLM_DEFAULT_ERROR_CODE", "IOSW.UNKNOWN_ERROR")
_MEANINGS: dict[str, Meaning] = {
    "REQ.AUTHENTICATION_FAILURE": (AuthRejected, CREDENTIALS),
    **dict.fromkeys(_NO_RIGHTS, (PermissionDenied, _NO_RIGHT)),
    "REQ.REJECTED_BY_SLM_MONITOR": (Throttled, THROTTLED),
    "MLM_QUOTA_EXCEEDED": (QuotaSpent, _QUOTA),
    **dict.fromkeys(_FAULTS_OF_OURS, (Refused, _OURS)),
    **dict.fromkeys(_FAILED_INSIDE, (BadResponse, _BROKEN)),
    "REQ.SERVICE_NOT_FOUND": (BadResponse, _NO_SERVICE),
}
_INVALID_RANGE = "INVALID_RANGE_"
# An unlock code has eight digits, and a refusal may quote the answer that it could not give.
_UNLOCK_CODE = re.compile(r"(?<![0-9])[0-9]{8}(?![0-9])")
CODE = r"(?:REQ|IOSW)\.[A-Z_]+|MLM_[A-Z_]+|INVALID_RANGE_[A-Z_]+|CANNOT_CONNECT_TO_DATABASE"
_CODE = re.compile(rf"\b(?:{CODE})\b")


@dataclass(frozen=True)
class Fault:
    """`code` is Orange's, else the name of the fault's element, "" for neither; `words` are its own.

    Neither has an unlock code in it, whatever Orange quotes.
    """

    code: str
    words: str


def read_fault(fault: xml_documents.Node) -> Fault:
    """From the `Fault` of an envelope."""
    detail = fault.first("detail", "")
    inside = list(_descendants(detail)) if detail else []
    said = [(fault.value(name, "") or "").strip() for name in ("faultcode", "faultstring")]
    codes = [node.text.strip() for node in inside if node.name == "code" and node.text.strip()]
    found = _CODE.search(" ".join([*codes, *said, *(node.text for node in inside)]))
    named = next((node.name for node in inside if node.name in _MEANINGS), "")
    messages = [node.text.strip() for node in inside if node.name == "message" and node.text.strip()]
    code = found[0] if found else next(iter(codes), named)
    return Fault(_without_unlock_codes(code), _without_unlock_codes(": ".join(messages) or said[1]))


def fault_error(fault: Fault, words: str, now: datetime, retry_after: float | None = None) -> ProviderError:
    """What the contract calls it. `words` are the fault's, made fit to show."""
    error, sentence = _meaning(fault.code)
    known: dict[str, Any] = {"code": fault.code, "words": words}
    if error is Throttled:
        return Throttled(sentence, retry_after=retry_after, **known)
    if error is QuotaSpent:
        until = renewed(now)
        return QuotaSpent(sentence.format(f"{until.day} {until:%B %Y}"), until=until, **known)
    return error(sentence, **known)


def _without_unlock_codes(text: str) -> str:
    return _UNLOCK_CODE.sub("…", text)


def _meaning(code: str) -> Meaning:
    if code.startswith(_INVALID_RANGE):
        return Refused, _OURS
    return _MEANINGS.get(code) or (BadResponse, _STRANGE)


def _descendants(node: xml_documents.Node) -> Iterator[xml_documents.Node]:
    for child in node.children:
        yield child
        yield from _descendants(child)
