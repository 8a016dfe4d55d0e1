"""The two large parts of a workbook: its texts, and the cells of a sheet."""

import re

from iotdash.lib.spreadsheets.dates import Dates
from iotdash.lib.spreadsheets.escapes import unescaped
from iotdash.lib.spreadsheets.rows import ERROR, FORMULA, LONGEST_CELL, NUMBER, FileRefused, Limits, Row, check_text

# As many as a spreadsheet has; each costs time, though it is empty.
_MOST_ROWS = 1_048_576
# Behind these an integer is not exact any more: it stays as it is written in the file.
_EXACT = 10**15
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+")


class StringReader:
    """`found`: the texts that cells name by number. What is only how to pronounce them is left out."""

    def __init__(self, limits: Limits) -> None:
        self.found: list[str] = []
        self._most = limits.rows * limits.columns
        self._parts: list[str] = []
        self._reading = self._aside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._aside = True
        self._reading = name == "t" and not self._aside

    def end(self, name: str) -> None:
        self._reading = False
        if name == "rPh":
            self._aside = False
        elif name == "si":
            if len(self.found) >= self._most:
                raise FileRefused("The workbook has more texts than its rows can hold. Save the sheet alone.")
            self.found.append(check_text(unescaped("".join(self._parts)).strip()))

    def text(self, text: str) -> None:
        if self._reading:
            self._parts.append(text)


class SheetReader:
    """Rows that hold anything, to be `taken` whenever it suits. A merged cell refuses the sheet."""

    def __init__(self, strings: list[str], dates: Dates, limits: Limits) -> None:
        self.strings, self.dates, self.limits = strings, dates, limits
        self._ready: list[Row] = []
        self._number = self._column = self._count = self._size = 0
        self._cells: list[str] = []
        self._marks: dict[int, str] = {}
        self._value: list[str] | None = None
        self._kind, self._style = "n", "0"

    def taken(self) -> list[Row]:
        ready, self._ready = self._ready, []
        return ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if begin := _BEGIN.get(name):
            begin(self, attributes)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._put("".join(self._value or ()))
            self._value = None
        elif name == "row":
            self._end_row()

    def text(self, text: str) -> None:
        if self._value is None:
            return
        self._size += len(text)
        if self._size > LONGEST_CELL:
            check_text(text * 2 if len(text) > LONGEST_CELL else " " * self._size)
        self._value.append(text)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        before, self._number = self._number, int(attributes.get("r", self._number + 1))
        if self._number <= before:
            raise ValueError("Rows are told by their numbers, which grow.")
        if self._number > _MOST_ROWS:
            raise FileRefused(f"The sheet has more than {_MOST_ROWS:,} rows, which no spreadsheet has.")
        self._cells, self._marks, self._column = [], {}, -1

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._column = _column_of(attributes["r"]) if "r" in attributes else self._column + 1
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")

    def _begin_formula(self, attributes: dict[str, str]) -> None:
        self._room()
        self._marks[self._column] = FORMULA

    def _begin_value(self, attributes: dict[str, str]) -> None:
        self._value, self._size = [], 0

    def _merged(self, attributes: dict[str, str]) -> None:
        raise FileRefused(
            f"Cells {attributes.get('ref', '')} are merged, and only the first of them has a value. "
            "Unmerge them, and fill in each."
        )

    def _put(self, given: str) -> None:
        # Rich text comes in several pieces.
        text, mark = self._read(given) if given else ("", "")
        if not text:
            return
        self._room()
        self._cells[self._column] = check_text(f"{self._cells[self._column]}{text}")
        if mark:
            self._marks.setdefault(self._column, mark)

    def _room(self) -> None:
        self.limits.check_columns(self._column + 1)
        self._cells.extend("" for _ in range(len(self._cells), self._column + 1))

    def _read(self, given: str) -> tuple[str, str]:
        if self._kind == "s":
            return self.strings[int(given)], ""
        if self._kind == "b":
            return ("true" if given.strip() == "1" else "false"), ""
        if self._kind == "e":
            return given, ERROR
        return self._of_number(given) if self._kind == "n" else (unescaped(given), "")

    def _of_number(self, given: str) -> tuple[str, str]:
        number = float(given)
        if self._style in self.dates.styles:
            return self.dates.text(number), ""
        if abs(number) >= _EXACT:
            return given, NUMBER
        return str(int(number)) if number.is_integer() else f"{number:.15g}", NUMBER

    def _end_row(self) -> None:
        cells = [cell.strip() for cell in self._cells]
        if any(cells) or self._marks:
            self._count += 1
            self.limits.check_rows(self._count)
            self._ready.append(Row(self._number, cells, self._marks))


_BEGIN = {
    "row": SheetReader._begin_row,
    "c": SheetReader._begin_cell,
    "f": SheetReader._begin_formula,
    "v": SheetReader._begin_value,
    "t": SheetReader._begin_value,
    "mergeCell": SheetReader._merged,
}


def _column_of(reference: str) -> int:
    """0 for A1."""
    found, number = _REFERENCE.fullmatch(reference), 0
    if found is None:
        raise ValueError(reference)
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return number - 1
