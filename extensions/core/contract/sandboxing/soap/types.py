"""The little of XML Schema that messages need: sequences, choices, attributes and simple types."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

_WHOLE = re.compile(r"[+-]?\d{1,18}")
# Years far enough from the calendar's ends that every zone can be applied.
_DATE = re.compile(r"([1-8]\d{3}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?")
_DATE_TIME = re.compile(r"[1-8]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")


def written(value: object) -> str:
    """A value as text of its type."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return f"{value.isoformat()}Z"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True)
class Simple:
    """A type of XML Schema. `read` raises ValueError for text that is not of the type.

    `one_of`: an enumeration of the texts that there are.
    """

    name: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = written
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attribute:
    """`qualified`: it is written with the namespace's prefix."""

    name: str
    type: Simple
    default: str | None = None
    qualified: bool = False


@dataclass(frozen=True)
class Field:
    """An element of a sequence; `most` None: any number. Where there may be several, its value is a list."""

    name: str
    type: Simple | Sequence
    least: int = 1
    most: int | None = 1
    nillable: bool = False


@dataclass(frozen=True)
class Choice:
    """One of several elements; `least` 0: or none."""

    options: tuple[Field, ...]
    least: int = 1


@dataclass(frozen=True)
class Sequence:
    """Elements in an order that both sides keep. `namespace` is its own and that of its elements."""

    name: str
    fields: tuple[Field | Choice, ...]
    attributes: tuple[Attribute, ...] = ()
    namespace: str = ""

    def every_field(self) -> list[Field]:
        """Also those of which one is chosen."""
        return [each for part in self.fields for each in (part.options if isinstance(part, Choice) else (part,))]


def enumeration(*texts: str) -> Simple:
    def read(text: str) -> str:
        if text not in texts:
            raise ValueError(f"not one of {', '.join(texts)}")
        return text

    return Simple("string", read, one_of=texts)


def _read_whole(text: str) -> int:
    if not _WHOLE.fullmatch(text.strip()):
        raise ValueError("not a whole number")
    return int(text)


def _read_byte(text: str) -> int:
    number = _read_whole(text)
    if not 0 <= number <= 255:
        raise ValueError("not a number from 0 to 255")
    return number


def _read_date(text: str) -> datetime:
    """The midnight at which the day begins in the zone given, UTC if there is none."""
    match = _DATE.fullmatch(text.strip())
    if not match:
        raise ValueError("not a date")
    return datetime.fromisoformat(f"{match[1]}T00:00:00{match[2] or 'Z'}")


def _read_date_time(text: str) -> datetime:
    if not _DATE_TIME.fullmatch(text.strip()):
        raise ValueError("not a date and time")
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_boolean(text: str) -> bool:
    if text.strip() not in ("true", "false", "1", "0"):
        raise ValueError("neither true nor false")
    return text.strip() in ("true", "1")


STRING = Simple("string")
INT = Simple("int", _read_whole)
LONG = Simple("long", _read_whole)
BYTE = Simple("unsignedByte", _read_byte)
DECIMAL = Simple("decimal")
BOOLEAN = Simple("boolean", _read_boolean)
DATE = Simple("date", _read_date)
DATE_TIME = Simple("dateTime", _read_date_time)
