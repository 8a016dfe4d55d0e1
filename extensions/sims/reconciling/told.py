"""Long numbers that stand in what is known of a device: its ID, device info, and metadata."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from devices.models import INFO_FIELDS, Device
from extensions.sims.inventory import typed

# Shorter numbers are found in devices by chance. No ICCID or IMEI is.
SHORTEST, LONGEST = 12, 22
# A device that tells more numbers than these is a log book.
MOST_NUMBERS = 200
_PLACE_LENGTH, _TEXT_LENGTH = 120, 60
_AMONG_WORDS = re.compile(r"(?<![0-9])[0-9]{14,20}(?![0-9])")
# With the organization, which devices are found through.
READ = ("organization", "device_id", "metadata", *INFO_FIELDS)


@dataclass(frozen=True)
class Told:
    """`text` as it stands in `place` ("serial number", "metadata modem.iccid")."""

    place: str
    text: str
    digits: str


def numbers_of(device: Device) -> list[Told]:
    """Each number once, where it stands first."""
    found: dict[str, Told] = {}
    for told in _all(device):
        if SHORTEST <= len(told.digits) <= LONGEST:
            found.setdefault(told.digits, told)
            if len(found) == MOST_NUMBERS:
                break
    return list(found.values())


def _all(device: Device) -> Iterator[Told]:
    yield from _in_text("device ID", device.device_id)
    for name in INFO_FIELDS:
        yield from _in_text(str(Device._meta.get_field(name).verbose_name), getattr(device, name))
    for place, value in _leaves(device.metadata):
        yield from _in_text(f"metadata {place}".strip(), value)


def _in_text(place: str, text: str) -> Iterator[Told]:
    """A number with spaces or hyphens in it, or numbers among words."""
    whole = typed.digits_in(text)
    if whole:
        yield _told(place, text, whole)
        return
    for found in islice(_AMONG_WORDS.finditer(text), MOST_NUMBERS):
        if not typed.harm(found[0]):
            yield _told(place, found[0], found[0])


def _told(place: str, text: str, digits: str) -> Told:
    return Told(place[:_PLACE_LENGTH], text.strip()[:_TEXT_LENGTH], digits)


def _leaves(metadata: Any) -> Iterator[tuple[str, str]]:
    """(path, text) of every text and whole number in a JSON value, without recursion: it may be nested deeply."""
    left = [("", metadata)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{path}.{key}".lstrip("."), each) for key, each in reversed(value.items())]
        elif isinstance(value, list):
            left += [(path, each) for each in reversed(value)]
        elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            yield path, str(value)
