"""Text messages as Control Center tells of them, over either transport."""

from collections.abc import Iterable
from datetime import timedelta

from extensions.sims.contract import SmsState

# How far the carrier's clock may be behind ours.
CLOCK_SLACK = timedelta(seconds=60)

_STATES = {
    "delivered": SmsState.DELIVERED,
    "delivered-inlog": SmsState.DELIVERED,
    "received": SmsState.DELIVERED,
    "failed": SmsState.FAILED,
    "cancelled": SmsState.FAILED,
}


def sms_state(words: str) -> SmsState:
    """What a status means; one that settles nothing, or is not known, is still pending."""
    return _STATES.get(words.strip().lower(), SmsState.PENDING)


def newest_first(references: Iterable[str]) -> list[str]:
    """The numbers count up; the order of the list is not promised."""
    return sorted(references, key=lambda reference: (len(reference), reference), reverse=True)
