"""Numbers as people type and paste them: with spaces, a plus, a check digit, or as a spreadsheet left them."""

import re

# What stands between or around digits: spaces of any width, hyphens, a plus, brackets, a spreadsheet's apostrophe.
_BETWEEN = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2010-\u2015\ufeff'\u2019+().-]")
_DIGITS = re.compile(r"[0-9]+")
_EXPONENT = re.compile(r"[0-9]+[.,]?[0-9]*[eE]\+?[0-9]+")
# A spreadsheet keeps fifteen digits of a number and fills up with zeros.
_ROUNDED = re.compile(r"[0-9]{15}0{3,5}")
# An ICCID as a whole, with the check digit.
_WHOLE_ICCID = re.compile(r"(89[0-9]{16,17})([0-9])")
# As carriers list it that leave the check digit out.
_ICCID = re.compile(r"89[0-9]{16,17}")
_IMEI = re.compile(r"[0-9]{14,16}")
# What some cards and readers add, so that the digits are an even number.
_FILLER = re.compile(r"(?<=^[0-9]{19})[Ff]$")


def digits_of(text: str) -> str:
    """Only the digits of a number that was typed with something between them; "" for any other text."""
    digits = _bare(text)
    return digits if digits != text and _DIGITS.fullmatch(digits) else ""


def without_check_digit(text: str) -> str:
    """An ICCID as carriers list it that leave out the check digit on the card; "" for any other text."""
    found = _WHOLE_ICCID.fullmatch(_bare(text))
    return found[1] if found and _check_digit(found[1]) == found[2] else ""


def digits_in(text: str) -> str:
    """The digits of a number, whatever stands between them; "" for other text, and for what a spreadsheet spoilt."""
    digits = _bare(text)
    return digits if _DIGITS.fullmatch(digits) and not harm(text) else ""


def readings(digits: str) -> frozenset[str]:
    """The ways in which carriers may list the SIM that has this number: with the check digit, and without it."""
    found = {digits}
    if whole := without_check_digit(digits):
        found.add(whole)
    if _ICCID.fullmatch(digits):
        found.add(digits + _check_digit(digits))
    return frozenset(found)


def is_iccid(text: str) -> bool:
    return bool(_ICCID.fullmatch(text) or _WHOLE_ICCID.fullmatch(text))


def equipment(imei: str | None) -> str:
    """What names a piece of equipment in an IMEI: without its check digit or the version of its software.

    "" where nothing is named. What is no IMEI (an MEID) names it as a whole.
    """
    bare = _bare(imei or "").upper()
    if not bare.strip("0"):
        return ""
    return bare[:14] if _IMEI.fullmatch(bare) else bare[:20]


def harm(text: str) -> str:
    """What a spreadsheet did to this number, as a sentence; "" if nothing is to be seen."""
    if _EXPONENT.fullmatch(text.strip("'\u2019")):
        return f"“{text}” is how a spreadsheet shows a long number: its last digits are lost. Copy it again, as text."
    if _ROUNDED.fullmatch(_bare(text)):
        return f"“{text}” is 15 digits and zeros, as a spreadsheet rounds long numbers. Copy it again, as text."
    return ""


def _bare(text: str) -> str:
    return _FILLER.sub("", _BETWEEN.sub("", text))


def _check_digit(digits: str) -> str:
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return str(-sum(number - 9 if number > 9 else number for number in doubled) % 10)
