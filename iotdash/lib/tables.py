"""Tables as files that a spreadsheet opens without running anything in them."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What looks as if `harmless` had made it of a formula.
_MARKED = re.compile(r"'+[=+\-@\t\r]")
# By this mark spreadsheets know UTF-8.
_MARK = "\ufeff"


def harmless(value: object) -> str:
    """With an apostrophe before what a spreadsheet would run; a number is nothing that it could."""
    if isinstance(value, (int, float)):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else told_apart(text)


def told_apart(text: str) -> str:
    """With one more apostrophe where `unmarked` would take one away."""
    return f"'{text}" if _MARKED.match(text) else text


def unmarked(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if _MARKED.match(text) else text


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file line by line, so that a long one needs no memory."""
    writer = csv.writer(_Line())
    yield _MARK + writer.writerow(headings)
    for row in rows:
        yield writer.writerow([harmless(value) for value in row])


class _Line:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text
