"""What surrounds a call to Control Center over either transport: where it goes, and what no answer means."""

import logging
from collections.abc import Iterable

from extensions.controlcenter.address import Address, DomainIdError
from extensions.controlcenter.errors import LONGEST_WORDS
from extensions.controlcenter.normalise import is_identifier
from extensions.controlcenter.settings import address_of
from extensions.core.contract import (
    AnswerLost,
    AnswerTooLarge,
    BadResponse,
    CannotConnect,
    ConnectFailed,
    Context,
    NotFound,
    OutboundError,
    ProviderError,
    TlsFailed,
)

logger = logging.getLogger(__name__)

_SHORTEST_SECRET = 4
_ADVICE = {
    ConnectFailed: "Check the domain ID, or try again later.",
    TlsFailed: "Check the domain ID.",
    AnswerLost: "Try again later.",
}


def address_in(context: Context) -> Address:
    """Raises CannotConnect."""
    try:
        return address_of(context.settings)
    except DomainIdError as error:
        raise CannotConnect(str(error)) from error


def identifier(text: str) -> str:
    """The text itself. Raises NotFound if it cannot be the number of anything: other texts are not sent there."""
    if not is_identifier(text):
        raise NotFound(f"“{text}” cannot be an identifier in Control Center.")
    return text


def require_numbers(listed: int, numbered: int) -> None:
    """One entry of a list that does not say which SIM it is must not keep all others from being known.

    Raises BadResponse if none says.
    """
    if listed and not numbered:
        raise BadResponse("Control Center listed SIMs without their numbers. Try again later.")
    if listed > numbered:
        logger.warning("Control Center listed %s SIMs without their numbers; they are left out", listed - numbered)


def unanswered(error: OutboundError, write: bool) -> ProviderError:
    """No answer came; `may_have_happened` is True when a write may have arrived all the same."""
    lost = write and error.maybe_sent
    advice = "It may have been done all the same." if lost else _ADVICE.get(type(error), "")
    kind = BadResponse if isinstance(error, AnswerTooLarge) else CannotConnect
    return kind(f"{error} {advice}".strip(), may_have_happened=lost)


def without_secrets(words: str, secrets: Iterable[str]) -> str:
    """The provider's words without what we sent it, cut to a length to show."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            words = words.replace(secret, "…")
    return words[:LONGEST_WORDS]
