"""CSV as spreadsheets write it: UTF-8, or UTF-16 with its mark; comma, semicolon or tab; quoted as in RFC 4180."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from iotdash.lib.spreadsheets.rows import FORMULA, FileRefused, Limits, Row, check_text

SEPARATORS = (",", ";", "\t")
# White space, separators, quotation marks, and the bytes of marks of encodings.
_NOTHING = b' ,;\t\r\n"\x00\xef\xbb\xbf\xff\xfe'
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# How some spreadsheets are told it.
_TOLD = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
# As much of the file as tells its separator.
_HEAD, _ROWS = 20_000, 5


def csv_rows(raw: bytes, limits: Limits) -> Iterator[Row]:
    encoding = "utf-16" if raw.startswith(_UTF16) else "utf-8-sig"
    if encoding != "utf-16" and b"\x00" in raw:
        raise FileRefused("This is not a CSV file. Save the table as “CSV UTF-8” or XLSX.")
    if not raw.strip(_NOTHING):
        raise FileRefused("The file is empty.")
    try:
        yield from _rows(raw, encoding, limits)
    except UnicodeDecodeError:
        raise _not_in(raw, encoding) from None


def _rows(raw: bytes, encoding: str, limits: Limits) -> Iterator[Row]:
    # Decoded while it is read: as one text it would take four times its size.
    told, separator = _separator(raw, encoding)
    reader = csv.reader(_text(raw, encoding), delimiter=separator, strict=True)
    count, begins = 0, 1 + told
    for cells in islice(_records(reader, limits), int(told), None):
        if any(cells):
            count += 1
            limits.check_rows(count)
            yield Row(begins, cells, {index: FORMULA for index, cell in enumerate(cells) if cell.startswith("=")})
        begins = reader.line_num + 1


def _text(raw: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, newline="")


def _not_in(raw: bytes, encoding: str) -> FileRefused:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        line, name = raw[: error.start].count(b"\n") + 1, encoding.removesuffix("-sig").upper()
        return FileRefused(f"Line {line} is not in {name}. Save the table as “CSV UTF-8” or XLSX.")
    return FileRefused("The file cannot be read. Save the table as “CSV UTF-8” or XLSX.")


def _records(reader: "csv._reader", limits: Limits) -> Iterator[list[str]]:
    begins = 1
    try:
        for cells in reader:
            limits.check_columns(len(cells))
            yield [check_text(cell.strip()) for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        # A quotation mark that is never closed is seen at the end of the file only.
        raise FileRefused(f"The row on line {begins} cannot be read: {error}. Look at its quotation marks.") from None


def _separator(raw: bytes, encoding: str) -> tuple[bool, str]:
    """Whether the file says it in a line of its own; else the one that divides most of its rows, or the comma."""
    head = _text(raw, encoding).read(_HEAD)
    if told := _TOLD.match(head):
        return True, told[1]
    return False, max(SEPARATORS, key=lambda each: _divided(head, each))


def _divided(head: str, separator: str) -> tuple[float, int, int]:
    """How many of the first rows, of one; into how many columns the first; and the widest.

    Texts hold many commas where another mark stands between cells: tags, or metadata. Headings hold none.
    """
    # Not strict: the head may end inside a cell.
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    try:
        widths = [len(cells) for cells in islice(filter(None, reader), _ROWS)]
    except csv.Error:
        return 0, 0, 0
    divided = sum(width > 1 for width in widths)
    return (divided / len(widths), widths[0], max(widths)) if widths else (0, 0, 0)
