"""A JSON document with the place of everything in it."""

from dataclasses import dataclass
from typing import Any

from iotdash.lib.json_documents.scanner import Lines, Path, Scanner, SyntaxProblem

# Characters; a device configuration has a few hundred.
MAX_LENGTH = 64 * 1024


@dataclass(frozen=True)
class Problem:
    """`line` and `column` count from 1; `message` is a sentence, `expected` a few words or empty.

    `str(problem)`: 'Line 3, column 5: a comma is missing before "iccid".'
    """

    path: Path
    line: int
    column: int
    message: str
    expected: str = ""

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.message}"

    @property
    def where(self) -> str:
        """The path in words, `jasper.iccid`; empty for the whole document."""
        return ".".join(str(part) for part in self.path)


@dataclass(frozen=True)
class Document:
    """What was read. `value` is None if the syntax is wrong; positions are (line, column) from 1."""

    text: str
    value: Any
    problems: tuple[Problem, ...]
    positions: dict[Path, tuple[int, int]]
    key_positions: dict[Path, tuple[int, int]]

    def place(self, path: Path) -> tuple[int, int]:
        """Where `path` stands, or the nearest thing around it."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))

    def problem(self, path: Path, message: str, expected: str = "", *, at_key: bool = False) -> Problem:
        """A problem at `path`; for callers who know more than a schema (an ICCID that another device has)."""
        key = self.key_positions.get(path) if at_key else None
        line, column = key or self.place(path)
        return Problem(path, line, column, message, expected)


def parse(text: str) -> Document:
    """Read `text`; never raises. Duplicate keys and anything but an object at the top are problems too."""
    if len(text) > MAX_LENGTH:
        message = f"the document has {len(text):,} characters; {MAX_LENGTH:,} are allowed."
        return Document(text, None, (Problem((), 1, 1, message, "a shorter document"),), {}, {})
    lines, scanner = Lines(text), Scanner(text)
    try:
        value = scanner.read()
    except SyntaxProblem as error:
        place = lines.place(error.offset)
        return Document(text, None, (Problem((), *place, error.message, error.expected),), {}, {})
    positions = {path: lines.place(offset) for path, offset in scanner.values.items()}
    keys = {path: lines.place(offset) for path, offset in scanner.keys.items()}
    return Document(text, value, tuple(_problems(value, scanner, lines)), positions, keys)


def _problems(value: Any, scanner: Scanner, lines: Lines) -> list[Problem]:
    problems = [
        Problem(path, *lines.place(offset), f'the key "{path[-1]}" appears twice.', "each key once")
        for path, offset in scanner.repeated
    ]
    if not isinstance(value, dict):
        place = lines.place(scanner.values[()])
        problems.append(Problem((), *place, "the document must be an object in braces.", "{ … }"))
    return problems
