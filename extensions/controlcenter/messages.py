"""Text messages as Control Center tells of them, over either transport."""

from collections.abc import Collection, Iterable
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
    return sorted(references, key=_place, reverse=True)


def next_few(listed: Iterable[str], known: Collection[str], before: str | None, most: int) -> tuple[list[str], bool]:
    """Of what is not known, and older than `before`, the newest; and whether that is all."""
    left = [each for each in newest_first(set(listed) - set(known)) if before is None or _place(each) < _place(before)]
    return left[:most], len(left) <= most


def _place(reference: str) -> tuple[int, str]:
    return len(reference), reference
