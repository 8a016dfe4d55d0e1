"""What every table file is read into, and how much of one is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# What a cell was, beside its text: an unevaluated formula, a number, and what a spreadsheet shows for an error.
FORMULA, NUMBER, ERROR = "formula", "number", "error"
# Of characters; longer than anything that anybody keeps in a cell.
LONGEST_CELL = 100_000
MEGABYTE = 1_000_000


class FileRefused(Exception):
    """A file that cannot be read; `str` says what is wrong with it and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """`number`: of the row in its sheet, or of the line it begins on, from 1. `cells` have no white space around them.

    `marks`: index of a cell, from 0 → FORMULA, NUMBER or ERROR.
    """

    number: int
    cells: Sequence[str]
    marks: Mapping[int, str] = field(default_factory=dict)

    def cell(self, index: int) -> str:
        """ "" behind the end of the row."""
        return self.cells[index] if index < len(self.cells) else ""


@dataclass(frozen=True)
class Limits:
    """How much is read. `unzipped` are the megabytes of a workbook's parts; `rows` do not count a heading."""

    megabytes: int
    rows: int
    columns: int
    unzipped: int

    def check_size(self, raw: bytes) -> None:
        if len(raw) > self.megabytes * MEGABYTE:
            raise FileRefused(f"The file is larger than {self.megabytes} MB, the most that is read. Split it.")

    def check_rows(self, count: int) -> None:
        """`count` with the heading."""
        if count > self.rows + 1:
            raise FileRefused(f"The file has more than {self.rows:,} rows, the most that is read. Split it.")

    def check_columns(self, count: int) -> None:
        if count > self.columns:
            raise FileRefused(
                f"The file has {count:,} columns or more; at most {self.columns} are read. Leave the others out."
            )


def check_text(text: str) -> str:
    if len(text) > LONGEST_CELL:
        raise FileRefused(f"A cell has more than {LONGEST_CELL:,} characters. Is this the right file?")
    if "\x00" in text:
        raise FileRefused("The file has a character that is not text (NUL). Save it anew, as XLSX or “CSV UTF-8”.")
    return text
