"""XLSX with one sheet of texts, written as it is read: a long table needs no memory.

Every cell is text and shown as text, so that no spreadsheet rounds a long number or computes what looks like a formula.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from iotdash.lib.spreadsheets.escapes import escaped
from iotdash.lib.tables import told_apart

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ROWS_AT_ONCE = 200
# Of characters in a cell; a spreadsheet refuses a workbook that has more in one.
_LONGEST = 32_767

_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
)
# Style 1 is format 49, text; style 2 the same in bold.
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/>'
    '<xf numFmtId="49" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" xfId="0" fontId="1" applyNumberFormat="1" applyFont="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def as_xlsx(headings: Sequence[str], rows: Iterable[Sequence[Any]], sheet: str) -> Iterator[bytes]:
    """The file piece by piece. `sheet` names it."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(sheet).items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for text in _sheet(headings, rows):
                part.write(text.encode())
                yield pipe.taken()
    yield pipe.taken()


def _parts(sheet: str) -> dict[str, str]:
    name = quoteattr(re.sub(r"[\[\]:*?/\\]", " ", sheet)[:31])
    book = f'<sheets><sheet name={name} sheetId="1" r:id="rId1"/></sheets>'
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">{book}</workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            {"rId1": ("worksheet", "worksheets/sheet1.xml"), "rId2": ("styles", "styles.xml")}
        ),
        "xl/styles.xml": _STYLES,
    }


def _relations(links: dict[str, tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="{key}" Type="{_LINKS}/{kind}" Target="{target}"/>' for key, (kind, target) in links.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _sheet(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    columns = f'<cols><col min="1" max="{max(len(headings), 1)}" width="22" style="1" customWidth="1"/></cols>'
    frozen = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/>'
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}">{frozen}</sheetView></sheetViews>{columns}<sheetData>'
    written = [_row(headings, 2)]
    for row in rows:
        written.append(_row(row, 1))
        if len(written) >= _ROWS_AT_ONCE:
            yield "".join(written)
            written = []
    yield f"{''.join(written)}</sheetData></worksheet>"


def _row(values: Sequence[Any], style: int) -> str:
    return f"<row>{''.join(_cell(value, style) for value in values)}</row>"


def _cell(value: Any, style: int) -> str:
    text = "" if value is None else told_apart(str(value))
    if not text:
        return f'<c s="{style}"/>'
    if len(text) > _LONGEST:
        text = f"(Left out: {len(text):,} characters; a cell of a workbook holds {_LONGEST:,}. A CSV file holds them.)"
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{escape(escaped(text))}</t></is></c>'


class _Pipe:
    """A file that is written to its end and never read back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None: ...

    def taken(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces = []
        return taken
