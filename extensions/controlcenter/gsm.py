"""The alphabet of text messages (GSM 03.38): which data coding a text needs, and how long it is in it."""

import math

SEVEN_BIT, UCS2 = 0, 8
_SEGMENT = {SEVEN_BIT: 160, UCS2: 70}

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes the place of two characters.
_EXTENDED = frozenset("\f^{}\\[~]|€")


def data_coding(text: str) -> int:
    """0 if every character is of the 7-bit alphabet, else 8 (UCS-2)."""
    return SEVEN_BIT if _BASIC.union(_EXTENDED).issuperset(text) else UCS2


def length(text: str) -> int:
    """Length in the units of its coding: septets, or UTF-16 code units."""
    if data_coding(text) == SEVEN_BIT:
        return len(text) + sum(character in _EXTENDED for character in text)
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def segments(text: str) -> int:
    """How many messages of 160 (7-bit) or 70 (UCS-2) the text fills; at least one."""
    return max(1, math.ceil(length(text) / _SEGMENT[data_coding(text)]))
