"""Subscriber numbers, the IMSI and the MSISDN: whole for those who may see them, else their last digits.

Who may not see them cannot search by them either: a prefix that is answered with yes or no would tell them digit by
digit, and a whole number, of which the page shows the end, could be guessed by a script within hours.
"""

from typing import Any

from iotdash.lib.masking import last_digits
from iotdash.organizations.authorization import may
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import SEE_NUMBERS

MASKED = ("imsi", "msisdn")
# Of the device and of the card, not of the subscriber. Some carriers know a SIM by another number than its ICCID.
OPEN = ("iccid", "imei")


def sees_numbers(membership: Membership) -> bool:
    return may(membership, SEE_NUMBERS, membership.organization)


def shown(number: str | None, *, whole: bool) -> str | None:
    return number if whole or not number else last_digits(number)


def searched(membership: Membership) -> tuple[str, ...]:
    """The fields of numbers by whose beginnings this member finds SIMs."""
    return (*MASKED, *OPEN) if sees_numbers(membership) else OPEN


def of_sim(sim: Any, membership: Membership) -> dict[str, str | None]:
    """IMSI and MSISDN of one SIM, as this member sees them."""
    whole = sees_numbers(membership)
    return {name: shown(getattr(sim, name), whole=whole) for name in MASKED}
