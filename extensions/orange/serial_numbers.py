"""The SIM serial number: what is wrong with one, and the one that belongs to an ICCID.

A serial number is 12 digits and a check digit over them. The ICCID of a card of Orange France is 893301, the same 12
digits, a check digit over those 18, and 0 (Orange's SDK 3.20). That is a hint for people: nothing is refused by it.
"""

import re
from collections.abc import Mapping
from typing import Any

FIELD = "serialnumber"
DIGITS = 13
PATTERN = f"^[0-9]{{{DIGITS}}}$"
_IS_ONE = re.compile(f"[0-9]{{{DIGITS}}}")
_ICCID = re.compile(r"([0-9]{6})([0-9]{12})([0-9])[0-9]?")
_ORANGE_FRANCE = "893301"
_EXPONENT = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_COPY_AGAIN = "Its last digits are lost: copy it again, from Orange's portal or from the card."

DEVICE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        FIELD: {
            "type": "string",
            "title": "SIM serial number",
            "description": "The number of the SIM, as Orange shows it: 13 digits. It is not the ICCID.",
            "pattern": PATTERN,
            "x-pattern-words": "13 digits in quotation marks",
            "examples": ["9900000000010"],
        }
    },
    "required": [FIELD],
    "additionalProperties": False,
}


def is_serial_number(text: str) -> bool:
    return _IS_ONE.fullmatch(text) is not None


def device_problems(part: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """For `Manifest.device_problems`."""
    value = part.get(FIELD)
    problem = None if value is None else _problem(value)
    return ((FIELD, problem),) if problem else ()


def device_warnings(part: Mapping[str, Any]) -> tuple[str, ...]:
    """For `Manifest.warnings`: a check digit that does not fit."""
    value = part.get(FIELD)
    if not isinstance(value, str) or _problem(value) or value[12] == _check_digit(value[:12]):
        return ()
    return (f"The last digit of serial number {value} does not fit the others (Luhn check): is it typed correctly?",)


def _problem(value: object) -> str | None:
    if isinstance(value, float):
        return f"{value} is a number that was rounded. {_COPY_AGAIN}"
    if isinstance(value, int) and not isinstance(value, bool):
        return _text_problem(str(value)) or f"{value} is a number. Write the serial number in quotation marks."
    return _text_problem(value) if isinstance(value, str) else "A serial number is 13 digits in quotation marks."


def _text_problem(value: str) -> str | None:
    if is_serial_number(value):
        return None
    if _EXPONENT.fullmatch(value.strip()):
        return f"“{value}” is how a spreadsheet shows a long number. {_COPY_AGAIN}"
    digits = re.sub(r"[\s'-]", "", value)
    if is_serial_number(digits):
        return "Write the serial number without spaces, hyphens and apostrophes."
    iccid = _ICCID.fullmatch(digits)
    if iccid:
        return _of_iccid(*iccid.groups())
    return f"“{value}” is not a SIM serial number, which has 13 digits and nothing else."


def _of_iccid(prefix: str, digits: str, check: str) -> str:
    number = f'"{digits}{_check_digit(digits)}"'
    if prefix != _ORANGE_FRANCE:
        return (
            f"This is an ICCID. If Orange numbers cards with {prefix} as it does those of France ({_ORANGE_FRANCE}), "
            f"the serial number is {number}: compare that with the card or with Orange's portal."
        )
    if check != _check_digit(prefix + digits):
        return "This is no ICCID: its check digit does not fit the other digits (Luhn check). Compare it with the card."
    return f"This is an ICCID. Its serial number is {number}: type that instead."


def _check_digit(digits: str) -> str:
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return str(-sum(number - 9 if number > 9 else number for number in doubled) % 10)
