"""Tables that are downloaded while they are read, as CSV or XLSX."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.text import slugify

from iotdash.lib.lists import Parts, page
from iotdash.lib.spreadsheets import as_xlsx
from iotdash.lib.tables import as_csv

CSV, XLSX = "csv", "xlsx"
FORMATS = (CSV, XLSX)
_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_AT_ONCE = 500


def table(name: str, form: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """`form` is one of FORMATS; `name` that of the file, without it."""
    content = as_csv(headings, rows) if form == CSV else as_xlsx(headings, rows, name)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingHttpResponse(content, content_type=_TYPES[form], headers=headers)


def named_after(file_name: str, what: str) -> str:
    """What is downloaded about a file that somebody uploaded: "pumps-problems" for "Pumps.xlsx"."""
    return f"{slugify(file_name.rpartition('.')[0]) or 'import'}-{what}"


def all_pages(parts: Parts, *, order_by: str, then: Sequence[str] = ()) -> Iterator[list[Any]]:
    """All rows of a list, some hundred at a time: each page begins after the last row of the one before."""
    cursor = ""
    while True:
        found = page(parts, order_by=order_by, then=then, cursor=cursor, size=_AT_ONCE)
        yield found.rows
        cursor = found.next_cursor
        if not cursor:
            return
