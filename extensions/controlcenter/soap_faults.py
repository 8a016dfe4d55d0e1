"""Faults of Control Center SOAP: numeric codes, validation tokens, and what the contract calls them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extensions.controlcenter.errors import THROTTLED
from extensions.controlcenter.sentences import (
    BROKEN,
    NO_MESSAGE,
    NO_RIGHT,
    NOT_ACTIVE,
    OURS,
    REFUSED,
    SMS,
    UNKNOWN_SIM,
    UNKNOWN_STATE,
)
from extensions.controlcenter.soap_envelope import ENVELOPE, SCHEMA
from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    NoData,
    NotFound,
    PermissionDenied,
    ProviderError,
    Refused,
    Throttled,
)
from iotdash.lib.xml_documents import Node

LICENCE_KEY = (
    "Control Center does not accept this access key. SOAP needs the account's licence key, not the user's API key, "
    "and that of this environment. Enter it again."
)
CREDENTIALS = (
    "Control Center does not accept this user name and password, or does not allow API calls from this "
    "server's address. Enter the credentials again, or ask the carrier about the address."
)
_OTHER_ACCOUNT = f"{NO_RIGHT} It may belong to another account or operator."
_RATE_PLAN = (
    "Control Center does not know this rate plan in this account. Type the plan's name as Control Center shows it."
)
_TRANSITION = "This SIM cannot go from its present state to that one."
_TRANSITION_RIGHT = "The API user may not make this change of state. Give it a role that may, or ask the carrier."
_SUSPENDED = "This SIM is suspended. Ask the carrier to end that first."
_EMPTY_SMS = "Control Center does not send an empty message. Write something."
_SEND_FAILED = "Control Center could not send this message. Try again later."
_NO_SESSION = "There is no active data session."
_STRANGE = "Control Center answered with a fault that is not known here. If it lasts, tell the carrier."

# What is asked for in one call is too much: asked for in parts, it can be had.
TOO_MANY = frozenset({"10001", "400400", "500200"})

_MEANINGS: dict[str, tuple[type[ProviderError], str]] = {
    "400100": (AuthRejected, LICENCE_KEY),
    "400200": (AuthRejected, CREDENTIALS),
    "400201": (PermissionDenied, _OTHER_ACCOUNT),
    "400101": (Throttled, THROTTLED),
    "100100": (NotFound, UNKNOWN_SIM),
    "100101": (NotFound, UNKNOWN_SIM),
    "400500": (NotFound, UNKNOWN_SIM),
    "100200": (Refused, REFUSED),
    "100300": (Refused, REFUSED),
    "100520": (Refused, _RATE_PLAN),
    "200100": (NoData, "There is no invoice for this cycle."),
    "200200": (NoData, "There is no usage recorded for this cycle."),
    **dict.fromkeys(TOO_MANY, (Refused, OURS)),
    "500300": (NotFound, NO_MESSAGE),
    "500400": (Refused, _EMPTY_SMS),
    "500500": (Refused, SMS),
    "500600": (Refused, _SEND_FAILED),
    "500700": (Refused, NOT_ACTIVE),
    "500800": (Refused, SMS),
    "900100": (NoData, _NO_SESSION),
    "100000": (BadResponse, BROKEN),
    "400000": (BadResponse, BROKEN),
    "400300": (BadResponse, BROKEN),
}
_BY_TOKEN = {
    "SYSTEM_ERROR": (BadResponse, BROKEN),
    "SIMSTATUS_NULL": (Refused, UNKNOWN_STATE),
    "SIMSTATUS_INVALID": (Refused, UNKNOWN_STATE),
    "SIMSTATUS_INVALID_TRANSITION": (Refused, _TRANSITION),
    "SIMSTATUS_TRANSITION_UNAUTHORIZED": (Refused, _TRANSITION_RIGHT),
    "SIMSTATUS_SUSPENDED": (Refused, _SUSPENDED),
    "RATEPLAN_NULL": (Refused, _RATE_PLAN),
    "RATEPLAN_INVALID": (Refused, _RATE_PLAN),
}
_EDITS = ("100200", "100300")
_TOKEN = re.compile(
    r"\b(?:SYSTEM_ERROR|INVALID_EFFECTIVE_DATE|"
    r"(?:SIMSTATUS|RATEPLAN|OVERRIDEMODE|DEVICEID|MODEMID|CUSTOMERNAME)_[A-Z_]+)\b"
)


@dataclass(frozen=True)
class Fault:
    """`code` is the numeric `faultstring`, "" if it is none; `token` the validation's; `words` the provider's own."""

    code: str
    token: str
    words: str


def read_fault(node: Node) -> Fault | None:
    """None if this element of the body is no fault."""
    if not node.is_named(ENVELOPE, "Fault"):
        return None
    said = (node.value("faultstring", "") or "").strip()
    code = said if said.isascii() and said.isdecimal() else ""
    detail = node.first("detail", "")
    inside = list(_descendants(detail)) if detail else []
    found = _TOKEN.search(" ".join(part.text for part in inside))
    token = found[0] if found else ""
    return Fault(code, token, _words(inside, "" if code else said, token))


def fault_error(fault: Fault, words: str, *, write: bool, retry_after: float | None = None) -> ProviderError:
    """What the contract calls it. `words` are the fault's, made fit to show."""
    error, sentence = _meaning(fault)
    if error is Throttled:
        return Throttled(sentence, retry_after=retry_after, code=fault.code, words=words)
    # Such a fault does not say at which point of a write it came about.
    return error(sentence, code=fault.code, words=words, may_have_happened=write and error is BadResponse)


def _meaning(fault: Fault) -> tuple[type[ProviderError], str]:
    listed = _MEANINGS.get(fault.code)
    if fault.token and (listed is None or fault.code in _EDITS):
        return _BY_TOKEN.get(fault.token, (Refused, REFUSED))
    return listed or (BadResponse, _STRANGE)


def _words(inside: list[Node], said: str, token: str) -> str:
    """The text of the fault; the name of an exception only where there is no other."""
    told = [said, *(_text_of(inside, name) for name in ("error", "message"))]
    words = ": ".join(dict.fromkeys(text for text in told if text)) or _text_of(inside, "exception")
    return words if token in words else f"{token}: {words}".removesuffix(": ")


def _text_of(inside: list[Node], name: str) -> str:
    texts = (node.text.strip() for node in inside if node.is_named(SCHEMA, name))
    return next(filter(None, texts), "")


def _descendants(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _descendants(child)
