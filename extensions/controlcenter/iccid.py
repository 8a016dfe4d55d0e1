"""What is wrong with an ICCID, in words."""

import re
from collections.abc import Mapping
from typing import Any

FIELD = "iccid"
PATTERN = "^[0-9]{18,20}$"
PATTERN_WORDS = "18 to 20 digits in quotation marks"

_DIGITS = re.compile(r"[0-9]{18,20}")
_EXPONENT = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
# A spreadsheet keeps fifteen digits of a number and fills up with zeros.
_ROUNDED = re.compile(r"[0-9]{15}0{3,5}")
_COPY_AGAIN = "Its last digits are lost: copy the ICCID again, from Control Center or from the card."

DEVICE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        FIELD: {
            "type": "string",
            "title": "ICCID",
            "description": "The number of the SIM, as Control Center shows it.",
            "pattern": PATTERN,
            "x-pattern-words": PATTERN_WORDS,
            "examples": ["8988200000000000014"],
        }
    },
    "required": [FIELD],
    "additionalProperties": False,
}


def iccid_problem(value: object) -> str | None:
    """Why this cannot be an ICCID, as a sentence; None if it can, or if there is no value at all."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return f"An ICCID is {PATTERN_WORDS}."
    if not isinstance(value, str):
        return _number_problem(value)
    return _text_problem(value)


def device_problems(part: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """For `Manifest.device_problems`."""
    problem = iccid_problem(part.get(FIELD))
    return ((FIELD, problem),) if problem else ()


def device_warnings(part: Mapping[str, Any]) -> tuple[str, ...]:
    """For `Manifest.warnings`: a check digit that does not fit."""
    value = part.get(FIELD)
    if not isinstance(value, str) or iccid_problem(value) or _luhn(value):
        return ()
    return (f"The last digit of ICCID {value} does not fit the others (Luhn check): is it typed correctly?",)


def _number_problem(value: float) -> str:
    if isinstance(value, float) or _ROUNDED.fullmatch(str(value)):
        return f"{value} is a number that was rounded. {_COPY_AGAIN}"
    return f"{value} is a number, and long numbers lose digits. Write the ICCID in quotation marks."


def _text_problem(value: str) -> str | None:
    if _EXPONENT.fullmatch(value.strip()):
        return f"“{value}” is how a spreadsheet shows a long number. {_COPY_AGAIN}"
    if _ROUNDED.fullmatch(value):
        return f"“{value}” is 15 digits and zeros, as a spreadsheet rounds long numbers. {_COPY_AGAIN}"
    if _DIGITS.fullmatch(value):
        return None
    if _DIGITS.fullmatch(re.sub(r"[\s'-]", "", value)):
        return "Write the ICCID without spaces, hyphens and apostrophes."
    return f"“{value}” is not an ICCID, which has 18 to 20 digits and nothing else."


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
