"""SendGrid's answers that are no success, and what the contract calls them."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from extensions.core.contract import (
    AnswerLost,
    AnswerTooLarge,
    AuthRejected,
    BadResponse,
    CannotConnect,
    ConnectFailed,
    OutboundError,
    ProviderError,
    Refused,
    Throttled,
    TlsFailed,
)
from extensions.email.words import shown

KEY_REFUSED = "SendGrid does not accept this API key. Copy it again from SendGrid, or make a new one."
FORBIDDEN = (
    "SendGrid forbids this: the API key lacks the permission Mail Send, or the sender address is not verified there. "
    "Mend it in SendGrid, or enter another key."
)
ACCESS_FORBIDDEN = "SendGrid forbids access with this API key. Check the account and the key in SendGrid."
MESSAGE_REFUSED = "SendGrid does not take this message."
TOO_LARGE = "The message is too large for SendGrid."
THROTTLED = "SendGrid takes no more calls just now. Sending goes on by itself."
BROKEN = "SendGrid failed inside. Try again later."
WRONG_HOST = "{host} does not serve SendGrid's API. Check the API address."
UNREADABLE = "{host} gave an answer that is not of SendGrid's API. If it lasts, check the API address."

# Whatever the answer says of the limit's end, it is believed within this, in seconds.
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 3600.0
# Else everybody who waits comes back in the same moment.
_MOST_JITTER = 5.0
_ADVICE = {
    ConnectFailed: "Try again later.",
    TlsFailed: "Check the API address.",
    AnswerLost: "Try again later.",
}


@dataclass(frozen=True)
class Reply:
    """One HTTP answer of `host`. `secrets` are hidden in what is shown of it."""

    host: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    secrets: Sequence[str] = ()

    @property
    def body(self) -> Any:
        """The JSON of it, None if it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None

    @property
    def words(self) -> str:
        """SendGrid's own messages, each with the field that it is about."""
        body = self.body
        errors = body.get("errors") if isinstance(body, dict) else None
        found = [_message(error) for error in errors] if isinstance(errors, list) else []
        return shown("; ".join(filter(None, found)), self.secrets)


def _message(error: Any) -> str:
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return ""
    field = error.get("field")
    # SendGrid writes "null" in quotation marks too.
    about = f" ({field})" if isinstance(field, str) and field not in ("", "null") else ""
    return error["message"] + about


def failure(reply: Reply, now: datetime, *, write: bool) -> ProviderError:
    """What an answer is that is no success."""
    known: dict[str, Any] = {"code": str(reply.status), "words": reply.words}
    if reply.status == 429:
        return Throttled(THROTTLED, retry_after=retry_after(reply.headers, now), **known)
    if reply.status in (401, 403):
        sentence = KEY_REFUSED if reply.status == 401 else FORBIDDEN if write else ACCESS_FORBIDDEN
        return AuthRejected(sentence, **known)
    if reply.status == 404 or 300 <= reply.status < 400:
        return CannotConnect(WRONG_HOST.format(host=reply.host), **known)
    if reply.status in (400, 413):
        return Refused(TOO_LARGE if reply.status == 413 else MESSAGE_REFUSED, **known)
    if reply.status >= 500:
        return BadResponse(BROKEN, may_have_happened=write, **known)
    return BadResponse(UNREADABLE.format(host=reply.host), may_have_happened=write and reply.status < 400, **known)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the limit's end, within reason and never for all at once; None if the answer does not say."""
    reset, wait = headers.get("X-RateLimit-Reset", ""), headers.get("Retry-After", "")
    if not (reset.isdecimal() or wait.isdecimal()):
        return None
    seconds = float(reset) - now.timestamp() if reset.isdecimal() else float(wait)
    return min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT) + secrets.randbelow(1000) * _MOST_JITTER / 1000


def unanswered(error: OutboundError, *, write: bool) -> ProviderError:
    """No answer came; with `write` the message may have been taken all the same."""
    lost = write and error.maybe_sent
    advice = "The message may have been sent all the same." if lost else _ADVICE.get(type(error), "")
    kind = BadResponse if isinstance(error, AnswerTooLarge) else CannotConnect
    return kind(f"{error} {advice}".strip(), may_have_happened=lost)
