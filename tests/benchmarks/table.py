"""Rows of the bench table, and the table as text and as Markdown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One measurement. `values`: heading → figure, the unit in the heading ("p95 ms"); `aim` in words, "" if none.

    `met` is None where nothing is aimed at, or nothing could be measured; then `values` may be {"not measured": why}.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    aim: str = ""
    met: bool | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Row":
        return cls(**data)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Section:
    """The rows of one benchmark, with its own headings."""

    title: str
    rows: Sequence[Row]

    @property
    def headings(self) -> list[str]:
        return list(dict.fromkeys(name for row in self.rows for name in row.values))

    def lines(self) -> Iterator[list[str]]:
        yield [self.title, *self.headings, "aim", "met"]
        for row in self.rows:
            yield [row.name, *(_shown(row.values.get(name, "")) for name in self.headings), row.aim, _word(row.met)]


def text(sections: Iterable[Section]) -> str:
    """Columns under one another, for a terminal."""
    return "\n".join(_aligned(list(section.lines())) for section in sections)


def markdown(sections: Iterable[Section]) -> str:
    return "\n".join(_piped(list(section.lines())) for section in sections)


def verdict(sections: Iterable[Section]) -> str:
    """ "12 aims met, 1 missed: SQLite: search for one"."""
    rows = [row for section in sections for row in section.rows]
    missed = [row.name for row in rows if row.met is False]
    named = f": {'; '.join(missed)}" if missed else ""
    return f"{sum(row.met is True for row in rows)} aims met, {len(missed)} missed{named}"


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return (
            f"{value:.0f}" if value >= 1000 else f"{value:.3g}" if value < 1 else f"{value:.2f}".rstrip("0").rstrip(".")
        )
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _word(met: bool | None) -> str:
    return {True: "met", False: "MISSED", None: ""}[met]


def _aligned(lines: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    head, *body = ["  ".join(_cells(line, widths)).rstrip() for line in lines]
    return "\n".join([head, "-" * max(map(len, [head, *body])), *body, ""])


def _cells(line: list[str], widths: list[int]) -> list[str]:
    """Names, aims and verdicts to the left; figures to the right."""
    last = len(line) - 2
    return [
        cell.rjust(width) if 0 < index < last else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def _piped(lines: list[list[str]]) -> str:
    rule = ["---", *["---:"] * (len(lines[0]) - 3), "---", "---"]
    escaped = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in [escaped[0], rule, *escaped[1:]]) + "\n"
