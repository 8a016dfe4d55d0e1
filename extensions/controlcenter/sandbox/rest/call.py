"""One REST call as its handler sees it, and the reading of its parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..dates import parse_instant
from ..model import Account
from ..state import State
from .errors import RestError

MAX_PAGE_SIZE = 50
_ICCID = re.compile(r"\d{18,20}")


@dataclass(frozen=True)
class RestCall:
    """An authenticated call. `body` None: it carried no valid JSON. `happens` false: accept, do nothing."""

    state: State
    account: Account
    now: datetime
    query: Mapping[str, str]
    body: Any = None
    call_id: int | None = None
    happens: bool = True


@dataclass(frozen=True)
class Answer:
    payload: dict[str, Any]
    status: int = 200


def iccid_in(text: str) -> str:
    if not _ICCID.fullmatch(text):
        raise RestError("10000021")
    return text


def json_object(call: RestCall) -> dict[str, Any]:
    """The body of a write: a JSON object, else 10000023."""
    if not isinstance(call.body, dict):
        raise RestError("10000023")
    return call.body


def only_known(names: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(names) - known)
    if unknown:
        raise RestError("10000028", f"Unknown parameter: {unknown[0]}")


def instant(text: str, code: str = "10000012") -> datetime:
    try:
        return parse_instant(text)
    except ValueError:
        raise RestError(code) from None


def page(call: RestCall) -> tuple[int, int]:
    """pageSize (1-50, default 50) and pageNumber (from 1)."""
    size = _whole(call.query.get("pageSize", str(MAX_PAGE_SIZE)), "10000006")
    number = _whole(call.query.get("pageNumber", "1"), "10000007")
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise RestError("10000006")
    if not 1 <= number < 10**9:
        raise RestError("10000007")
    return size, number


def check_account_id(call: RestCall) -> None:
    """An accountId, if given, is a number and the caller's own account."""
    wanted = call.query.get("accountId")
    if wanted in (None, call.account.account_id):
        return
    if not wanted.isascii() or not wanted.isdigit():
        raise RestError("10000004")
    known = any(account.account_id == wanted for account in call.state.accounts())
    raise RestError("10000062" if known else "20000003")


def _whole(text: str, code: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise RestError(code)
    return int(text)
