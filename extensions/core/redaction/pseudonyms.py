"""Stand-ins for values: the same for the same value within one scope, and of no use to find the value.

A number keeps its digits' count, so that whatever checks its form takes it, and begins with zeros, so that people see
that it is none of theirs. Any other text becomes a mark, ‹text, up to 16 characters, 7f3a2c›.
"""

import re
from functools import lru_cache
from ipaddress import ip_address

from iotdash.lib.crypto import keyed_digest

_NUMBER = re.compile(r"\+?[0-9]{1,40}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LONGEST_NUMBER = 18
_MARK = re.compile(r"‹[^‹›]*›")


@lru_cache(maxsize=4096)
def pseudonym(scope: str, value: str) -> str:
    """What stands for the value. Values of different scopes cannot be told to be the same."""
    digest = keyed_digest(f"pseudonym in {scope}", value)
    if _NUMBER.fullmatch(value):
        return _number(value, int(digest, 16))
    return f"‹{_kind(value)}, {_length(len(value))}, {digest[:6]}›"


def whole_number(scope: str, value: float) -> int:
    """The same for a JSON number, which cannot begin with zeros; of 18 digits at most, as more are no identifier."""
    digits = str(abs(int(value)))[:_LONGEST_NUMBER]
    return int("9" + pseudonym(scope, digits)[1:])


def is_mark(text: str) -> bool:
    """Whether this stands for a text; what stands for a number looks like any number."""
    return _MARK.fullmatch(text) is not None


def _number(value: str, seed: int) -> str:
    sign, digits = ("+", value[1:]) if value.startswith("+") else ("", value)
    zeros = min(4, len(digits) // 3)
    made = ""
    while len(made) < len(digits) - zeros:
        seed, digit = divmod(seed, 9)
        made += str(digit + 1)
    return f"{sign}{'0' * zeros}{made}"


def _kind(value: str) -> str:
    if _UUID.fullmatch(value):
        return "UUID"
    if _EMAIL.fullmatch(value):
        return "email address"
    try:
        ip_address(value)
    except ValueError:
        return "text"
    return "IP address"


def _length(length: int) -> str:
    """The class of the length only: the exact one of a password would be a hint."""
    return f"up to {max(8, 1 << (length - 1).bit_length())} characters"
