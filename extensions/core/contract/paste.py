"""Settings that are pasted as one text, such as the credentials file that a service hands out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class PasteRefused(ValueError):
    """The text does not hold what is needed. The sentence says what is missing and never quotes the text."""


@dataclass(frozen=True)
class Pasted:
    """What was found: settings by name, and the name of where they were found, for choosing among several.

    Settings that the variant does not know are left out. People see the name.
    """

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Paste:
    """`read(text)` finds settings in what was pasted, one or several; raises PasteRefused. `variant` has its fields."""

    label: str
    hint: str
    read: Callable[[str], Sequence[Pasted]]
    variant: str = ""
