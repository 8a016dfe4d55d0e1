"""Days and times in a workbook: numbers of days, told from other numbers by their format alone."""

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta

_BUILT_IN = {*range(14, 23), *range(45, 48)}
# Of a format what is neither quoted, nor in brackets, nor escaped.
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_OF_TIME = re.compile(r"[ymdhs]", re.IGNORECASE)
# Day 0; the other spreadsheet took 1900 for a leap year, and counts from two days before it.
_SINCE_1904, _SINCE_1900 = datetime(1904, 1, 1), datetime(1899, 12, 30)  # noqa: DTZ001 - a cell knows no zone


@dataclass(frozen=True)
class Dates:
    """`styles`: numbers of the cell styles that show a day or a time."""

    styles: Set[str]
    from_1904: bool = False

    def text(self, days: float) -> str:
        """ISO 8601 without zone, to the second: a day, or a moment. Raises OverflowError for none."""
        first = _SINCE_1904 if self.from_1904 else _SINCE_1900
        try:
            moment = first + timedelta(seconds=round(days * 86_400))
        except OverflowError:
            return str(days)
        return moment.date().isoformat() if days == int(days) else moment.isoformat()


class StyleReader:
    """`dates`: which styles show a day or a time."""

    def __init__(self) -> None:
        self.dates: set[str] = set()
        self._formats = {str(number) for number in _BUILT_IN}
        self._inside, self._count = False, 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and _OF_TIME.search(_LITERAL.sub("", attributes.get("formatCode", ""))):
            self._formats.add(attributes["numFmtId"])
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            if attributes.get("numFmtId") in self._formats:
                self.dates.add(str(self._count))
            self._count += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False

    def text(self, text: str) -> None: ...
