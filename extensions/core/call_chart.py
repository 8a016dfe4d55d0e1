"""The bars of calls over time as geometry, in units of their own: a place of 10 for each bar, 1000 for the height."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extensions.core.lanes.call_history import Bar

HEIGHT, PLACE, WIDTH = 1000, 10, 8
# So that a single call is seen beside hundreds.
LEAST = 12


@dataclass(frozen=True)
class Block:
    """One colour of a bar; `kind` is people, automatic or others."""

    kind: str
    y: int
    height: int


@dataclass(frozen=True)
class Column:
    bar: Bar
    x: int
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Chart:
    """`top` is the number of calls that a bar of full height stands for."""

    columns: Sequence[Column]
    top: int

    @property
    def width(self) -> int:
        return PLACE * len(self.columns)


def chart(bars: Sequence[Bar]) -> Chart:
    top = round_up(max((bar.calls for bar in bars), default=0))
    columns = [Column(bar, PLACE * place + 1, list(_stacked(bar, top))) for place, bar in enumerate(bars)]
    return Chart(columns, top)


def round_up(number: int) -> int:
    """The next number of one digit and zeros, without those that divide badly: 1, 2, 3, 4, 5, 6, 8, 10, 20 …"""
    step = 10 ** (len(str(max(number, 1))) - 1)
    return next(times * step for times in (1, 2, 3, 4, 5, 6, 8, 10) if times * step >= number)


def _stacked(bar: Bar, top: int) -> Iterator[Block]:
    """From the bottom up."""
    y = HEIGHT
    for kind in ("people", "automatic", "others"):
        calls = getattr(bar, kind)
        if calls:
            height = max(round(HEIGHT * calls / top), LEAST)
            y -= height
            yield Block(kind, y, height)
