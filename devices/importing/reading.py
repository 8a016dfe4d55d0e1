"""Uploaded tables, row by row, by the names of their columns."""

from collections.abc import Iterator, Sequence

from devices.importing.judging import Given
from iotdash.lib.spreadsheets import FileRefused, Limits, Row, rows_of
from iotdash.lib.tables import unmarked

# Twice what a dry run is measured with, in less time than a web server waits.
LIMITS = Limits(megabytes=10, rows=20_000, columns=100, unzipped=100)


def headings_of(raw: bytes) -> list[str]:
    """The cells of the first row that holds anything. Raises FileRefused."""
    first = next(rows_of(raw, LIMITS), None)
    if first is None:
        raise FileRefused("The file is empty. Of a workbook only the first sheet is read.")
    return list(first.cells)


def given_rows(raw: bytes, names: Sequence[str]) -> Iterator[Given]:
    """All rows but the headings. `names`: of each column, "" for one that is not read. Raises FileRefused."""
    wanted = [(index, name) for index, name in enumerate(names) if name]
    for number, row in enumerate(rows_of(raw, LIMITS)):
        if number:
            yield _given(row, wanted)


def _given(row: Row, wanted: Sequence[tuple[int, str]]) -> Given:
    values = {name: unmarked(text) for index, name in wanted if (text := row.cell(index))}
    return Given(row.number, values, {name: row.marks[index] for index, name in wanted if index in row.marks})
