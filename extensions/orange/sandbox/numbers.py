"""Serial numbers, ICCIDs and identifiers that are always the same for a number (specification 11.7)."""

from __future__ import annotations

import random
from hashlib import sha256

ICCID_PREFIX = "893301"
SSN_PREFIX = "99"


def luhn_digit(digits: str) -> str:
    """The check digit that belongs after these digits."""
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def make_ssn(number: int) -> str:
    """13 digits, the last a check digit over the first 12."""
    body = f"{SSN_PREFIX}{number:010d}"
    return body + luhn_digit(body)


def iccid_of(ssn: str) -> str:
    """The ICCID (20 digits) of an Orange France SIM."""
    body = ICCID_PREFIX + ssn[:12]
    return f"{body}{luhn_digit(body)}0"


def make_imei(number: int) -> str:
    body = f"35911803{number:06d}"
    return body + luhn_digit(body)


def made_up(name: str, length: int = 20) -> str:
    """A password that looks random and is always the same for a name."""
    return sha256(f"orange sandbox {name}".encode()).hexdigest()[:length]


def puk(ssn: str, which: int) -> str:
    """Eight digits."""
    return f"{random.Random(f'{ssn} puk {which}').randrange(10**8):08d}"  # noqa: S311
