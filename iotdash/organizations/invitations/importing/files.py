"""CSV files as people have them: UTF-8, comma or semicolon, quoted as in RFC 4180."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 1_000_000
MOST_ROWS = 200
MOST_COLUMNS = 50
SEPARATORS = ((",", "Comma"), (";", "Semicolon"))
# Whatever the separator, a file with such a letter has a row.
_IN_A_CELL = re.compile(r"[^\s,;\"]")


class FileRefused(Exception):
    """A file that cannot be read; `str` says what is wrong with it and what to do."""


@dataclass(frozen=True)
class Line:
    """A row of the file; `number` is the line it begins on, from 1. `cells` have no white space around them."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        """Of a column from 1; "" if the row ends before, or the column is 0."""
        return self.cells[column - 1] if 0 < column <= len(self.cells) else ""


def text_of(raw: bytes) -> str:
    """Raises FileRefused."""
    if len(raw) > MOST_BYTES:
        raise FileRefused("The file is larger than 1 MB, which is the most that can be imported at once. Split it.")
    if b"\x00" in raw:
        raise FileRefused("This is not a CSV file. Save the table as “CSV UTF-8” and upload that.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileRefused(f"Line {line} is not in UTF-8. Save the table as “CSV UTF-8” and upload that.") from None
    if not _IN_A_CELL.search(text):
        raise FileRefused("The file is empty.")
    return text


def lines_of(text: str, separator: str) -> list[Line]:
    """The rows that hold anything, of which the first may be a heading. Raises FileRefused."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        lines = list(_lines(reader))
    except csv.Error as error:
        raise FileRefused(f"Line {reader.line_num} cannot be read: {error}. Look at its quotation marks.") from None
    if len(lines) > MOST_ROWS + 1:
        raise too_many(len(lines))
    widest = max((len(line.cells) for line in lines), default=0)
    if widest > MOST_COLUMNS:
        raise FileRefused(f"The file has {widest} columns; at most {MOST_COLUMNS} are read. Leave the others out.")
    return lines


def too_many(rows: int) -> FileRefused:
    return FileRefused(f"The file has {rows} rows; at most {MOST_ROWS} can be imported at once. Split it.")


def guess_separator(text: str) -> str:
    """The one that makes more columns, else the comma. Raises FileRefused when neither can be read."""
    widths = {}
    refusals = []
    for separator, _ in SEPARATORS:
        try:
            widths[separator] = max((len(line.cells) for line in lines_of(text, separator)), default=0)
        except FileRefused as refusal:
            refusals.append(refusal)
    if not widths:
        raise refusals[0]
    return max(widths, key=widths.get)


def _lines(reader: "csv._reader") -> Iterator[Line]:
    begins = 1
    for row in reader:
        cells = tuple(cell.strip() for cell in row)
        if any(cells):
            yield Line(begins, cells)
        begins = reader.line_num + 1
