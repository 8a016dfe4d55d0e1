"""The alphabet of text messages (GSM 03.38): which data coding a text needs."""

SEVEN_BIT, UCS2 = 0, 8

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


def data_coding(text: str) -> int:
    """0 if every character is of the 7-bit alphabet, else 8 (UCS-2)."""
    return SEVEN_BIT if _BASIC.union(_EXTENDED).issuperset(text) else UCS2
