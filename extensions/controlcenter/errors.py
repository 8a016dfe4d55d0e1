"""Answers that are no success: the codes of Control Center, and what the contract calls them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from extensions.controlcenter.sentences import (
    BROKEN,
    NO_MESSAGE,
    NO_RIGHT,
    OURS,
    REFUSED,
    SMS,
    UNKNOWN_SIM,
    UNKNOWN_STATE,
)
from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    NoData,
    NotFound,
    PermissionDenied,
    ProviderError,
    Refused,
    Throttled,
)

LONGEST_WORDS = 300

CREDENTIALS = (
    "Control Center does not accept this user name and access key, or does not allow API calls from this "
    "server's address. Enter the credentials again, or ask the carrier about the address."
)
WRONG_DOMAIN = "{host} does not serve the Control Center API: wrong domain ID. Enter the API's host, not the console's."
THROTTLED = "This Control Center account takes no more calls just now. Wait a little; calls resume by themselves."
_INVALID_VALUE = "Control Center does not know this value in this account. Choose one that it lists."
_TRANSITION = "This SIM cannot go back to a state before activation."
_OLD_CYCLE = "REST knows only the current cycle and the two before it, by their start dates. Older cycles are in SOAP."
_LOCATION_OFF = "Location tracking is disabled for this account. The carrier can enable it."
_NO_API = "This API is not enabled for the account. The carrier can enable it."
_UNREADABLE = "{host} gave an answer that is not of the Control Center API. If it lasts, check the domain ID."

# First and last code, what it is to us, and what to tell.
_TABLE: tuple[tuple[int, int, type[ProviderError], str], ...] = (
    (10000001, 10000001, AuthRejected, CREDENTIALS),
    (10000002, 10000004, Refused, OURS),
    (10000005, 10000005, Refused, UNKNOWN_STATE),
    (10000006, 10000007, Refused, OURS),
    (10000008, 10000010, PermissionDenied, NO_RIGHT),
    (10000011, 10000012, Refused, OURS),
    (10000013, 10000016, Refused, _INVALID_VALUE),
    (10000017, 10000020, Refused, SMS),
    (10000021, 10000021, NotFound, UNKNOWN_SIM),
    (10000022, 10000028, Refused, OURS),
    (10000029, 10000029, Refused, _TRANSITION),
    (10000030, 10000030, PermissionDenied, NO_RIGHT),
    (10000031, 10000031, NoData, "There is no usage in such a zone."),
    (10000032, 10000032, NoData, _OLD_CYCLE),
    (10000049, 10000049, Refused, OURS),
    (10000062, 10000062, PermissionDenied, NO_RIGHT),
    (10000079, 10000080, PermissionDenied, _NO_API),
    (10000602, 10000602, NoData, _LOCATION_OFF),
    (20000001, 20000001, NotFound, UNKNOWN_SIM),
    (20000002, 20000002, NotFound, NO_MESSAGE),
    (20000003, 20000003, NotFound, "Control Center does not know this account."),
    (30000001, 30000002, BadResponse, BROKEN),
    (40000029, 40000029, Throttled, THROTTLED),
)
_MEANINGS = {str(code): (error, sentence) for first, last, error, sentence in _TABLE for code in range(first, last + 1)}
# "Unknown error" leaves open whether a write was done; the other codes say that it was not.
_LEAVES_OPEN = "30000001"


@dataclass(frozen=True)
class Reply:
    """One HTTP answer. `body` is the JSON object, None if there was none; `words` hide our own secrets."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any] | None
    words: str = ""

    @property
    def code(self) -> str:
        code = (self.body or {}).get("errorCode")
        return "" if code is None or isinstance(code, bool) else str(code)


def failure(reply: Reply, *, write: bool, now: datetime) -> ProviderError | None:
    """What this answer is if it is no success. The code decides where there is one, not the status."""
    if reply.code:
        return _coded(reply, write, now)
    if 200 <= reply.status < 300 and reply.body is not None:
        return None
    return _codeless(reply, write, now)


def _coded(reply: Reply, write: bool, now: datetime) -> ProviderError:
    error, sentence = _MEANINGS.get(reply.code) or _unlisted(reply.status)
    known: dict[str, Any] = {"code": reply.code, "words": reply.words}
    if error is Throttled:
        return Throttled(sentence, retry_after=retry_after(reply.headers, now), **known)
    unlisted_fault = reply.status >= 500 and reply.code not in _MEANINGS
    known["may_have_happened"] = write and (reply.code == _LEAVES_OPEN or unlisted_fault)
    return error(sentence, **known)


def _unlisted(status: int) -> tuple[type[ProviderError], str]:
    if status == 401:
        return AuthRejected, CREDENTIALS
    if status == 429:
        return Throttled, THROTTLED
    return (BadResponse, BROKEN) if status >= 500 else (Refused, REFUSED)


def _codeless(reply: Reply, write: bool, now: datetime) -> ProviderError:
    known: dict[str, Any] = {"words": reply.words}
    if reply.status == 429:
        return Throttled(THROTTLED, retry_after=retry_after(reply.headers, now), **known)
    if reply.status == 401 and reply.body is not None:
        return AuthRejected(CREDENTIALS, **known)
    if reply.status == 404 or 300 <= reply.status < 400:
        return CannotConnect(WRONG_DOMAIN.format(host=reply.host), **known)
    open_ended = 200 <= reply.status < 300 or reply.status >= 500
    return BadResponse(_UNREADABLE.format(host=reply.host), may_have_happened=write and open_ended, **known)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, if the answer says so: by number or by date."""
    value = (headers.get("Retry-After") or "").strip()
    if value.isdecimal():
        return float(value)
    try:
        wait = (parsedate_to_datetime(value) - now).total_seconds()
    except (TypeError, ValueError):
        return None
    return max(0.0, wait)
