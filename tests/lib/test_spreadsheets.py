"""Tables as people and programs make them; workbooks are written and read by somebody else's library (openpyxl)."""

import io
import re
import tracemalloc
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

from iotdash.lib.spreadsheets import FORMULA, NUMBER, FileRefused, Limits, as_xlsx, rows_of
from iotdash.lib.tables import harmless, told_apart, unmarked

LIMITS = Limits(megabytes=1, rows=100, columns=20, unzipped=2)
ICCID = "8988200000000000014"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _words(value) -> str:
    return value if isinstance(value, str) else "file"


def cells(raw: bytes | str, limits: Limits = LIMITS) -> list[list[str]]:
    return [list(row.cells) for row in rows_of(raw.encode() if isinstance(raw, str) else raw, limits)]


def refusal(raw: bytes | str, limits: Limits = LIMITS) -> str:
    with pytest.raises(FileRefused) as refused:
        cells(raw, limits)
    return str(refused.value)


def workbook(*rows, change=lambda sheet: None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def packed(sheet: str, *, strings: str = "", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook with this text for its sheet."""
    file, links = io.BytesIO(), "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(file, "w", method) as archive:
        book = '<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets>'
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{links}">{book}</workbook>')
        target = '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{target}</Relationships>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        if strings:
            archive.writestr("xl/sharedStrings.xml", strings)
    return file.getvalue()


# --- CSV ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_any_spreadsheet_is_read(encoding, separator):
    text = 'Type|"Where| and why"\r\npump|Mühle\r\n\r\n|\r\nvalve|"a\nb"\r\n'.replace("|", separator)
    rows = list(rows_of(text.encode(encoding), LIMITS))
    assert [list(row.cells) for row in rows] == [
        ["Type", f"Where{separator} and why"],
        ["pump", "Mühle"],
        ["valve", "a\nb"],
    ]
    assert [row.number for row in rows] == [1, 2, 5]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("Type;ID;Tags\npump;p1;a, b, c, d, e\n", ["pump", "p1", "a, b, c, d, e"]),
        ('Type;Metadata\npump;"{""a"": 1, ""b"": 2, ""c"": 3}"\n', ["pump", '{"a": 1, "b": 2, "c": 3}']),
        ('Type;Note\npump;"a, b, c\nd, e, f\ng, h\ni, j"\n', ["pump", "a, b, c\nd, e, f\ng, h\ni, j"]),
        ("Type\tID\tTags\npump\tp1\ta;b;c;d\n", ["pump", "p1", "a;b;c;d"]),
        ("Type,ID,Note\npump,p1\nvalve,v1,a;b;c;d;e\n", ["valve", "v1", "a;b;c;d;e"]),
        ("Type;ID;Place (lat, long)\npump;p1;1, 2, 3, 4\n", ["pump", "p1", "1, 2, 3, 4"]),
        ("\n;;\nType;ID;Tags\npump;p1;a, b, c, d\n", ["pump", "p1", "a, b, c, d"]),
    ],
)
def test_texts_full_of_another_mark_do_not_hide_the_separator(text, cells):
    assert list(list(rows_of(text.encode(), LIMITS))[-1].cells) == cells


def test_a_line_that_names_the_separator_is_no_row():
    rows = list(rows_of(b"sep=;\r\nType;ID\r\npump,a;1\r\n", LIMITS))
    assert [(row.number, list(row.cells)) for row in rows] == [(2, ["Type", "ID"]), (3, ["pump,a", "1"])]


def test_a_formula_in_csv_is_marked():
    assert list(rows_of(b'a,b\n1,"=HYPERLINK(""x"")"\n', LIMITS))[1].marks == {1: FORMULA}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf ,;\r\n", "The file is empty."),
        (b"a,b\nc\x00,d\n", "not a CSV file"),
        (b"a,b\nc,\xe9\n", "Line 2 is not in UTF-8"),
        (b"\xff\xfea", "Line 1 is not in UTF-16"),
        (b'a,b\n"c,d\ne,f\n', "The row on line 2 cannot be read"),
        (b"a" * 1_000_001, "larger than 1 MB"),
        (b"a\n" * 102, "more than 100 rows"),
        (b"," * 999_999 + b"a", "1,000,000 columns or more; at most 20"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "an old or a protected workbook"),
        (b"a," + b"b" * 100_001, "more than 100,000 characters"),
    ],
    ids=_words,
)
def test_csv_that_is_not_read_is_refused_in_a_sentence(raw, words):
    assert words in refusal(raw)


# --- XLSX ---------------------------------------------------------------------------------------------------------


def test_a_workbook_of_somebody_else_is_read():
    raw = workbook(
        ["Type", "ID", "On", "Since", "Day", "Level"],
        ["pump", "0012", True, datetime(2026, 5, 4, 12, 30, tzinfo=UTC).replace(tzinfo=None), date(2026, 5, 4), 51.02],
        [None, " p2 ", False, None, None, -3],
    )
    assert cells(raw) == [
        ["Type", "ID", "On", "Since", "Day", "Level"],
        ["pump", "0012", "true", "2026-05-04T12:30:00", "2026-05-04", "51.02"],
        ["", "p2", "false", "", "", "-3"],
    ]


def test_numbers_and_formulas_are_marked_and_never_evaluated():
    rows = list(rows_of(workbook(["a", "b", "c"], [12, "=1+1", int(ICCID)]), LIMITS))
    assert rows[1].marks == {0: NUMBER, 1: FORMULA, 2: NUMBER}
    assert rows[1].cells[0] == "12"
    assert rows[1].cells[1] == ""
    assert rows[1].cells[2] == "8.9882e+18"


def test_a_number_is_read_as_a_spreadsheet_shows_it():
    assert cells(workbook([0.1 + 0.2, 1.5, -0.25, 100])) == [["0.3", "1.5", "-0.25", "100"]]


def test_a_computed_value_is_not_taken_for_a_text():
    sheet = (
        f'<worksheet xmlns="{_MAIN}"><sheetData><row><c t="str"><f>A1</f><v>pump</v></c></row></sheetData></worksheet>'
    )
    (row,) = rows_of(packed(sheet), LIMITS)
    assert row.marks == {0: FORMULA}


def test_rows_and_cells_that_are_left_out_keep_their_places():
    def far(sheet):
        sheet["C5"] = "far"

    rows = list(rows_of(workbook(["a"], change=far), LIMITS))
    assert [(row.number, list(row.cells)) for row in rows] == [(1, ["a"]), (5, ["", "", "far"])]


def test_the_first_sheet_that_can_be_seen_is_read():
    book = openpyxl.Workbook()
    book.active["A1"], book.active.sheet_state = "hidden", "hidden"
    book.create_sheet("Devices")["A1"] = "seen"
    file = io.BytesIO()
    book.save(file)
    assert cells(file.getvalue()) == [["seen"]]


def test_shared_and_rich_texts_are_joined_and_their_pronunciation_is_not():
    strings = f'<sst xmlns="{_MAIN}"><si><r><t>pu</t></r><r><t>mp</t></r><rPh><t>PAMP</t></rPh></si></sst>'
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>'
    assert cells(packed(sheet, strings=strings)) == [["pump"]]


def test_merged_cells_are_named():
    assert "Cells A1:B1 are merged" in refusal(workbook(["a", "b"], change=lambda sheet: sheet.merge_cells("A1:B1")))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"PK\x03\x04" + b"\0" * 200, "cannot be read"),
        (workbook(["a"])[:-300], "cannot be read"),
        (packed("<worksheet><sheetData><row>"), "cannot be read"),
        (packed('<worksheet><sheetData><row><c t="s"><v>7</v></c></row></sheetData></worksheet>'), "cannot be read"),
        (packed('<!DOCTYPE w [<!ENTITY a "b">]><worksheet>&a;</worksheet>'), "declares a document type"),
        (packed('<?xml version="1.0" encoding="idna"?><worksheet>\xe9'), "cannot be read"),
        (workbook(*[["a"]] * 102), "more than 100 rows"),
        (workbook(["a"] * 21), "21 columns or more"),
        (packed('<w><row r="1"/><row r="2000000"/></w>'), "1,048,576 rows"),
        (packed(f"<w><row><c t='inlineStr'><is><t>{'a' * 200_000}</t></is></c></row></w>"), "100,000 characters"),
    ],
    ids=_words,
)
def test_a_workbook_that_is_not_read_is_refused_in_a_sentence(raw, words):
    assert words in refusal(raw)


def test_a_protected_workbook_is_refused():
    raw = bytearray(packed("<worksheet/>"))
    for at in [found.start() + 8 for found in re.finditer(b"PK\x01\x02", raw)]:
        raw[at] |= 1
    assert "protected" in refusal(bytes(raw))


@pytest.mark.parametrize(
    "sheet",
    [
        f"<worksheet>{' ' * 60_000_000}</worksheet>",
        f"<w><row>{'<c/>' * 1_000_000}</row></w>",
        f"<w><row>{'<c><v>1</v></c>' * 1_000_000}</row></w>",
        "<w>" + "<row/>" * 1_000_000,
        f"<w><row><c><v>{'1' * 30_000_000}</v></c></row></w>",
    ],
    ids=["spaces", "empty cells", "cells", "rows", "a long cell"],
)
def test_a_bomb_is_refused_before_it_takes_memory(sheet):
    raw = packed(sheet)
    assert len(raw) < 1_000_000
    tracemalloc.start()
    try:
        refusal(raw)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="a1"><v>1</v></c></row>',
        '<row r="-5"><c r="A1"><v>1</v></c></row>',
        '<row r="0"><c r="A1"><v>1</v></c></row>',
        '<row r="5"><c r="A1"><v>1</v></c></row><row r="5"><c r="A1"><v>2</v></c></row>',
    ],
)
def test_places_that_no_sheet_has_are_refused(rows):
    assert "cannot be read" in refusal(packed(f"<worksheet><sheetData>{rows}</sheetData></worksheet>"))


def test_too_many_parts_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(3_000):
            archive.writestr(str(number), b"")
    assert "cannot be read" in refusal(file.getvalue())


# --- Writing ------------------------------------------------------------------------------------------------------


def test_what_is_written_is_text_for_somebody_else_and_for_us():
    rows = [["pump", ICCID, "0012"], [None, "=1+1", "a & <b>\nc\x01"]]
    raw = b"".join(as_xlsx(["Type", "ICCID", "ID"], rows, "Devices [all]"))
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["pump", ICCID, "0012"],
        [None, "=1+1", "a & <b>\nc_x0001_"],
    ]
    assert {(cell.data_type, cell.number_format) for row in sheet.iter_rows() for cell in row if cell.value} == {
        ("s", "@")
    }
    assert [(list(row.cells), dict(row.marks)) for row in rows_of(raw, LIMITS)][1:] == [
        (["pump", ICCID, "0012"], {}),
        (["", "=1+1", "a & <b>\nc\x01"], {}),
    ]


@pytest.mark.parametrize(
    "text", ["a\r\nb", "\x01a", "_x0041_", "_x0041_x0042_", "__x005F_x0041_", "a\ufffe", "_xd800_", "=1", "-1", "'a"]
)
def test_every_text_comes_back_from_a_workbook_as_it_was(text):
    (_, row) = rows_of(b"".join(as_xlsx(["a"], [[text]], "x")), LIMITS)
    assert list(row.cells) == [text]


@pytest.mark.parametrize("text", ["=1", "'=1", "''-1", "-1", "+1", "@a", "'a", "'", "a", "\tb"])
def test_every_text_comes_back_from_a_csv_file_as_it_was(text):
    assert unmarked(harmless(text)) == unmarked(told_apart(text)) == text


def test_numbers_are_nothing_that_a_spreadsheet_runs():
    assert [harmless(each) for each in (-1.5, -2, "-1.5", None)] == ["-1.5", "-2", "'-1.5", ""]


def test_a_text_that_no_workbook_holds_is_not_cut_without_a_word():
    (_, row) = rows_of(b"".join(as_xlsx(["a"], [["b" * 40_000]], "x")), LIMITS)
    assert row.cells[0].startswith("(Left out: 40,000 characters;")


def test_a_text_with_a_null_or_half_a_character_in_disguise_does_no_harm():
    cell = '<worksheet><sheetData><row><c t="inlineStr"><is><t>{}</t></is></c></row></sheetData></worksheet>'
    assert "NUL" in refusal(packed(cell.format("_x0000_")))
    assert cells(packed(cell.format("_xD800_"))) == [["_xD800_"]]


def test_a_long_table_is_written_in_the_memory_of_a_short_one():
    peaks = []
    for count in (1_000, 20_000):
        tracemalloc.start()
        size = sum(
            len(piece) for piece in as_xlsx(["a"] * 5, ([f"{n}-{c}" for c in range(5)] for n in range(count)), "x")
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert size > count * 5
    assert peaks[1] < peaks[0] * 1.5
