"""XLSX (ECMA-376, SpreadsheetML): the first visible sheet of a workbook, a row at a time.

Only what is needed of the format, and by expat's events: readers that make objects of a file have a row of a million
cells in memory before anybody can count it. No DTD is accepted, so that no entity can be declared.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from posixpath import normpath
from xml.parsers import expat

from iotdash.lib.spreadsheets.dates import Dates, StyleReader
from iotdash.lib.spreadsheets.rows import MEGABYTE, FileRefused, Limits, Row
from iotdash.lib.spreadsheets.sheets import SheetReader, StringReader

Handler = Callable[..., None]
_CHUNK = 65_536
# A workbook has some twenty parts; each costs memory before it is read.
_MOST_PARTS = 2_000
_DIRECTORY_ENTRY = b"PK\x01\x02"
_NOT_READABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
_BROKEN = "This workbook cannot be read: it is damaged, protected, or no XLSX file. Save it anew, without password."


def workbook_rows(raw: bytes, limits: Limits) -> Iterator[Row]:
    if raw.count(_DIRECTORY_ENTRY) > _MOST_PARTS:
        raise FileRefused(_BROKEN)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            yield from _Workbook(archive, limits).rows()
    except (*_NOT_READABLE, expat.ExpatError, KeyError, IndexError):
        raise FileRefused(_BROKEN) from None


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self.archive, self.limits = archive, limits
        self.left = limits.unzipped * MEGABYTE

    def rows(self) -> Iterator[Row]:
        book = _BookReader()
        self._read("xl/workbook.xml", book)
        links = _LinkReader()
        self._read("xl/_rels/workbook.xml.rels", links)
        strings, styles = StringReader(self.limits), StyleReader()
        self._read("xl/sharedStrings.xml", strings, required=False)
        self._read("xl/styles.xml", styles, required=False)
        sheet = SheetReader(strings.found, Dates(styles.dates, book.from_1904), self.limits)
        target = links.targets[book.first_sheet]
        for _ in self._parsed(normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}"), sheet):
            yield from sheet.taken()
        yield from sheet.taken()

    def _read(self, part: str, reader: object, *, required: bool = True) -> None:
        if required or part in self.archive.namelist():
            for _ in self._parsed(part, reader):
                pass

    def _parsed(self, part: str, reader: object) -> Iterator[None]:
        """Comes back after each chunk."""
        parser = _parser(reader)
        with self.archive.open(part) as source:
            while chunk := source.read(_CHUNK):
                self._count(len(chunk))
                parser.Parse(chunk, False)
                yield
        parser.Parse(b"", True)

    def _count(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise FileRefused(
                f"The workbook has more than {self.limits.unzipped} MB unzipped, the most that is read. "
                "Split it, or save the sheet alone."
            )


def _parser(reader: object) -> "expat.XMLParserType":
    # Whatever the part says of its encoding: Python would load a codec of its choice.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: reader.start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: reader.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise FileRefused("This workbook declares a document type, which no spreadsheet does. It is not read.")


class _Quiet:
    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class _BookReader(_Quiet):
    """Which sheet is the first that can be seen, and from when its days count."""

    def __init__(self) -> None:
        self.first_sheet, self.from_1904 = "", False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and not self.first_sheet and attributes.get("state", "visible") == "visible":
            self.first_sheet = next(value for key, value in attributes.items() if key.rpartition(":")[2] == "id")
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")


class _LinkReader(_Quiet):
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            self.targets[attributes["Id"]] = attributes["Target"]
