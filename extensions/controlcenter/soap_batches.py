"""Asking for many things at once, as many in a call as Control Center takes."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from extensions.controlcenter.soap_faults import TOO_MANY
from extensions.core.contract import NotFound, Refused

LARGEST_BATCH = 50

Found = TypeVar("Found")


def fetch_all(fetch: Callable[[Sequence[str]], dict[str, Found]], wanted: Iterable[str]) -> dict[str, Found]:
    """What `fetch` finds of those wanted, each asked for once; what is not known is absent.

    Unknown things are left out of an answer, but one alone may be a fault, and a server may take fewer at a time: a
    batch that fails in either way is asked for in halves.
    """
    names = list(dict.fromkeys(wanted))
    pending = [names[start : start + LARGEST_BATCH] for start in range(0, len(names), LARGEST_BATCH)]
    found: dict[str, Found] = {}
    while pending:
        batch = pending.pop(0)
        try:
            found |= fetch(batch)
        except (NotFound, Refused) as error:
            if isinstance(error, Refused) and (error.code not in TOO_MANY or len(batch) == 1):
                raise
            pending[:0] = _halves(batch)
    return found


def _halves(batch: list[str]) -> list[list[str]]:
    middle = len(batch) // 2
    return [batch[:middle], batch[middle:]] if middle else []
