"""One SOAP call as its handler sees it, and the lines that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..model import Account
from ..problems import TOO_MANY, TOO_MANY_LINES, refusal, typed
from ..settings import Settings
from ..state import State
from .types import NUMBER_KINDS

MAX_LINES = 100


@dataclass(frozen=True)
class SoapCall:
    """An authenticated call with its values by name. `happens` false: accept, do nothing."""

    state: State
    settings: Settings
    account: Account
    now: datetime
    request: Mapping[str, Any]
    call_id: int | None = None
    happens: bool = True

    def lines(self) -> tuple[str, dict[str, Any]]:
        """The kind of the line identifiers, and each as text with what was sent; MalimaFault for too many."""
        [(kind, given)] = self.request["lineIdentifiers"].items()
        if len(given) > MAX_LINES:
            raise self._too_many()
        return kind, {f"{each['cc']}{each['sn']}" if kind in NUMBER_KINDS else each: each for each in given}

    def _too_many(self) -> Exception:
        if self.settings.too_many_lines == "code":
            return refusal(TOO_MANY_LINES)
        words = "Too many line identifiers"
        return typed(TOO_MANY, words, maxAllowedLineIdentifiersNumber=MAX_LINES)
