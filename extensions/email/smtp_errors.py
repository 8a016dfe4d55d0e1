"""What an SMTP server refused, and what kept it from being asked, as the contract's errors."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from enum import StrEnum

from extensions.core.contract import (
    AnswerTooLarge,
    AuthRejected,
    BadResponse,
    CannotConnect,
    ConnectFailed,
    OutboundError,
    ProviderError,
    Refused,
    Throttled,
)
from extensions.email.schema import TLS
from extensions.email.settings import ServerAccount
from extensions.email.words import shown


class Step(StrEnum):
    """What was being done. The values are words for people: "{host} … while …"."""

    CONNECTING = "connecting"
    GREETING = "greeting"
    HELLO = "saying hello"
    SECURING = "starting TLS"
    SIGNING_IN = "signing in"
    ASKING = "asking"
    SENDER = "naming the sender"
    RECIPIENT = "naming the recipient"
    CONTENT = "sending the message"
    CLOSING = "confirming the message"


@dataclass(frozen=True)
class Answer:
    """A server's reply: its code and its words on one line, nothing secret in them."""

    code: int
    words: str

    @property
    def whole(self) -> str:
        return f"{self.code} {self.words}".strip()


# Here a refusal says nothing of the next message.
_ABOUT_MESSAGE = (Step.RECIPIENT, Step.CONTENT, Step.CLOSING)

_THROTTLED = "{host} takes no more mail just now, because there was too much at once. Sending goes on by itself."
_SIGN_IN = "{host} does not accept this user name and password. Enter them again."
_SIGN_IN_ASKED = "{host} takes mail only from who signs in. Enter user name and password."
_SENDER = "{host} does not let this account send from the sender address. Enter another, or allow it there."
_RECIPIENT = "{host} does not take mail for this recipient."
_NO_RELAY = (
    "{host} passes no mail on to this recipient. If it should, enter user name and password, or ask who runs it."
)
_RECIPIENT_LATER = "{host} takes no mail for this recipient just now."
_MESSAGE = "{host} does not take this message."
_MESSAGE_LATER = "{host} does not take this message just now."
_AWAY = "{host} is not available just now. Try again later."
_NOT_FOR_US = "{host} takes no connection from this server. Check host and port, or ask who runs it."
_BROKEN = "{host} failed while {step}. Try again later."
_NO_TLS_STARTED = "{host} did not start TLS. Try again later, or choose implicit TLS if the server has it."
_NOT_SMTP = "{host} does not answer as a mail server does. Check host and port."
_NO_GREETING = "{host} sent no SMTP greeting. If this is a port for implicit TLS, such as 465, choose implicit TLS."
_NO_GREETING_IN_TLS = "{host} sent no SMTP greeting. Check host and port, or try again later."
_SILENT = "{host} did not answer in time while {step}. Try again later."
_HUNG_UP = "{host} closed the connection while {step}. Try again later."
_MAY_BE_TAKEN = " The message may have been sent all the same."
_UNTRUSTED = "The certificate of {host} is not trusted: {reason}."
_NO_TLS_HERE = "{host} does not speak TLS on this port. Try STARTTLS."
_TLS = "No secure connection to {host} came about: {reason}."

_NOT_TLS_AT_ALL = frozenset(
    {"WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"}
)
_TOO_MANY = re.compile(r"too many|rate limit|throttl|slow down", re.IGNORECASE)
_TOO_LARGE = (552, 523)


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# Servers say so only when they know the recipient, or the message: it is about whoever sends all the same.
_ABOUT_ALL: tuple[tuple[re.Pattern[str], type[ProviderError], str], ...] = (
    (_words(r"sender identity|sender address rejected|send as this sender|\b5\.7\.60\b"), AuthRejected, _SENDER),
    (_words(r"client host rejected|authentication (is )?required|must authenticate"), AuthRejected, _SIGN_IN_ASKED),
    (_words(r"client host (\S+ )?blocked"), CannotConnect, _NOT_FOR_US),
    (_words(r"\brelay"), Refused, _NO_RELAY),
)
# What another server told this one is about its dealings with that one.
_QUOTED = _words(r"\bsaid: .*")


def refusal(host: str, step: Step, answer: Answer) -> ProviderError:
    """What a reply means that is not the one which was hoped for."""
    kind, sentence = _meaning(step, answer)
    known = {"code": str(answer.code) if answer.code > 0 else "", "words": answer.words}
    words = sentence.format(host=host, step=step.value)
    if kind is Refused:
        return Refused(words, later=answer.code < 500, **known)
    # After the whole message any reply of no sense may have meant yes.
    return kind(words, may_have_happened=step is Step.CLOSING and kind is BadResponse, **known)


def _meaning(step: Step, answer: Answer) -> tuple[type[ProviderError], str]:
    if not 400 <= answer.code < 600:
        return (CannotConnect if step is Step.GREETING else BadResponse), _NOT_SMTP
    if answer.code < 500 and _TOO_MANY.search(answer.words) and (answer.code == 421 or step not in _ABOUT_MESSAGE):
        return Throttled, _THROTTLED
    if answer.code == 421 or step in (Step.GREETING, Step.HELLO):
        return CannotConnect, _AWAY if answer.code < 500 else _NOT_FOR_US
    if answer.code == 530:
        return AuthRejected, _SIGN_IN_ASKED
    if step in _ABOUT_MESSAGE:
        return _of_message(step, answer)
    return _of_session(step, permanent=answer.code >= 500, too_large=answer.code in _TOO_LARGE)


def _of_message(step: Step, answer: Answer) -> tuple[type[ProviderError], str]:
    if answer.code < 500:
        return Refused, _RECIPIENT_LATER if step is Step.RECIPIENT else _MESSAGE_LATER
    own = _QUOTED.sub("", answer.words)
    for pattern, kind, sentence in _ABOUT_ALL:
        if pattern.search(own):
            return kind, sentence
    return Refused, _RECIPIENT if step is Step.RECIPIENT else _MESSAGE


def _of_session(step: Step, *, permanent: bool, too_large: bool) -> tuple[type[ProviderError], str]:
    if step is Step.SECURING:
        return CannotConnect, _NO_TLS_STARTED
    if not permanent:
        return BadResponse, _BROKEN
    if step is Step.SENDER:
        return (Refused, _MESSAGE) if too_large else (AuthRejected, _SENDER)
    return (AuthRejected, _SIGN_IN) if step is Step.SIGNING_IN else (BadResponse, _BROKEN)


def broken_off(host: str, step: Step, security: str, error: Exception) -> ProviderError:
    """The connection ended, or nobody answered in time."""
    if step is Step.GREETING:
        sentence = _NO_GREETING_IN_TLS if security == TLS else _NO_GREETING
    else:
        silent = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        sentence = _SILENT if silent else _HUNG_UP
    lost = step is Step.CLOSING
    words = sentence.format(host=host, step=step.value) + (_MAY_BE_TAKEN if lost else "")
    return CannotConnect(words, may_have_happened=lost)


def tls_failure(host: str, error: ssl.SSLError) -> ProviderError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return CannotConnect(_UNTRUSTED.format(host=host, reason=error.verify_message))
    if error.reason in _NOT_TLS_AT_ALL:
        return CannotConnect(_NO_TLS_HERE.format(host=host))
    return CannotConnect(_TLS.format(host=host, reason=error.reason or "the server closed the connection"))


def unreached(error: OutboundError, step: Step) -> ProviderError:
    """What the guarded socket refused or did not reach."""
    advice = " Check host and port, or try again later." if isinstance(error, ConnectFailed) else ""
    kind = BadResponse if isinstance(error, AnswerTooLarge) else CannotConnect
    return kind(f"{error}{advice}", may_have_happened=step is Step.CLOSING)


def translated(error: Exception, account: ServerAccount, step: Step) -> ProviderError:
    """For whatever a conversation raises: OutboundError, OSError or SMTPException."""
    if isinstance(error, OutboundError):
        return unreached(error, step)
    if isinstance(error, ssl.SSLError) and step is Step.SECURING:
        return tls_failure(account.host, error)
    if isinstance(error, smtplib.SMTPResponseException):
        return refusal(account.host, step, _answer_in(error))
    return broken_off(account.host, step, account.security, error)


def _answer_in(error: smtplib.SMTPResponseException) -> Answer:
    """smtplib's own complaint of a line that is too long is a text with a code that no server gave."""
    said = error.smtp_error
    return Answer(error.smtp_code, shown(said.decode(errors="replace"))) if isinstance(said, bytes) else Answer(-1, "")
