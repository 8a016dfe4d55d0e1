"""One SOAP call as its handler sees it, and what several handlers need."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .. import edits, fleet
from ..model import Account, Sim
from ..state import State
from .errors import INVALID_ICCID, SoapFault

MAX_ENTRIES = 50
_MB = Decimal(1024 * 1024)
_ICCID = re.compile(r"\d{18,20}")


@dataclass(frozen=True)
class SoapCall:
    """An authenticated call with its values by name. `happens` false: accept, do nothing."""

    state: State
    account: Account
    now: datetime
    request: Mapping[str, Any]
    call_id: int | None = None
    happens: bool = True

    def desk(self, db: sqlite3.Connection) -> edits.Desk:
        return edits.Desk(db, self.account, self.state.settings, self.now)


def iccid_in(text: str) -> str:
    if not _ICCID.fullmatch(text):
        raise SoapFault(INVALID_ICCID)
    return text


def read_sim(call: SoapCall, iccid: str) -> Sim:
    with call.state.store.read() as db:
        return fleet.owned(db, call.account, iccid_in(iccid))


def at_most(entries: list[Any], code: str) -> list[Any]:
    if len(entries) > MAX_ENTRIES:
        raise SoapFault(code, f"{len(entries)} of {MAX_ENTRIES} entries")
    return entries


def megabytes(figure: int | None) -> Decimal | None:
    """Bytes as MB with three decimals."""
    return None if figure is None else (figure / _MB).quantize(Decimal("0.001"), ROUND_HALF_UP)
