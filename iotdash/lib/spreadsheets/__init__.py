"""Tables that people made in a spreadsheet, CSV or XLSX, read row by row: nothing in them is evaluated."""

from collections.abc import Iterator

from iotdash.lib.spreadsheets.csv_files import csv_rows
from iotdash.lib.spreadsheets.rows import ERROR, FORMULA, NUMBER, FileRefused, Limits, Row
from iotdash.lib.spreadsheets.workbooks import workbook_rows
from iotdash.lib.spreadsheets.writing import as_xlsx

__all__ = ["ERROR", "FORMULA", "NUMBER", "FileRefused", "Limits", "Row", "as_xlsx", "rows_of"]

_ZIP, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def rows_of(raw: bytes, limits: Limits) -> Iterator[Row]:
    """The rows that hold anything, the first sheet's of a workbook. Raises FileRefused, also between two rows."""
    limits.check_size(raw)
    if raw.startswith(_OLD_WORKBOOK):
        raise FileRefused(
            "This is an old or a protected workbook. Save it as “Excel Workbook (.xlsx)” without password."
        )
    yield from (workbook_rows if raw.startswith(_ZIP) else csv_rows)(raw, limits)
