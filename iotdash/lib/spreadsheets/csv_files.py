"""CSV as spreadsheets write it: UTF-8, or UTF-16 with its mark; comma, semicolon or tab; quoted as in RFC 4180."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice

from iotdash.lib.spreadsheets.rows import FORMULA, FileRefused, Limits, Row, check_text

SEPARATORS = (",", ";", "\t")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# As much of the file as tells its separator.
_HEAD, _ROWS = 20_000, 5


def csv_rows(raw: bytes, limits: Limits) -> Iterator[Row]:
    text = _text_of(raw)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    count, begins = 0, 1
    for cells in _records(reader, limits):
        if any(cells):
            count += 1
            limits.check_rows(count)
            yield Row(begins, cells, {index: FORMULA for index, cell in enumerate(cells) if cell.startswith("=")})
        begins = reader.line_num + 1


def _text_of(raw: bytes) -> str:
    encoding, name = ("utf-16", "UTF-16") if raw.startswith(_UTF16) else ("utf-8-sig", "UTF-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileRefused(f"Line {line} is not in {name}. Save the table as “CSV UTF-8” or XLSX.") from None
    if "\x00" in text:
        raise FileRefused("This is not a CSV file. Save the table as “CSV UTF-8” or XLSX.")
    if not text.strip(' ,;\t\r\n"'):
        raise FileRefused("The file is empty.")
    return text


def _records(reader: "csv._reader", limits: Limits) -> Iterator[list[str]]:
    try:
        for cells in reader:
            limits.check_columns(len(cells))
            yield [check_text(cell.strip()) for cell in cells]
    except csv.Error as error:
        raise FileRefused(f"Line {reader.line_num} cannot be read: {error}. Look at its quotation marks.") from None


def _separator(text: str) -> str:
    """The one that makes most columns, else the comma."""
    return max(SEPARATORS, key=lambda each: _width(text[:_HEAD], each))


def _width(head: str, separator: str) -> int:
    """Of the widest of the first rows."""
    # Not strict: the head may end inside a cell.
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    try:
        return max(len(cells) for cells in islice(reader, _ROWS))
    except csv.Error:
        return 0
