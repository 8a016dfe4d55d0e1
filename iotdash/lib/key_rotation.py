"""Re-encrypting what is stored under the current key, while everything goes on.

Each row is exchanged by one conditional UPDATE, so that an edit at the same moment wins and a row that was deleted
stays deleted. Killed half-way it simply runs again: what is done is done.
"""

from collections import Counter
from dataclasses import dataclass, field

from iotdash.lib import ciphertexts, crypto
from iotdash.lib.ciphertexts import Holder, Stored

# Rows that others write under an old key while we go through are found by going through again.
MOST_PASSES = 5


@dataclass
class Outcome:
    """How many rows of each holder were re-encrypted, changed under our hands, or could not be read."""

    changed: Counter[str] = field(default_factory=Counter)
    overtaken: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)


def rotate(*, dry_run: bool = False) -> Outcome:
    """Goes through all holders until nothing is left to do. With `dry_run` nothing is written."""
    total = Outcome()
    for _ in range(1 if dry_run else MOST_PASSES):
        found = _pass(dry_run=dry_run)
        total.changed += found.changed
        total.overtaken, total.unreadable = found.overtaken, found.unreadable
        if not found.changed and not found.overtaken:
            break
    return total


def _pass(*, dry_run: bool) -> Outcome:
    outcome = Outcome()
    for holder in ciphertexts.holders():
        for row in ciphertexts.stored(holder):
            _row(holder, row, outcome, dry_run=dry_run)
    return outcome


def _row(holder: Holder, row: Stored, outcome: Outcome, *, dry_run: bool) -> None:
    try:
        value = ciphertexts.replaced(row.value, crypto.rotate)
    except crypto.CryptoError:
        outcome.unreadable[holder.name] += 1
        return
    if value == row.value:
        return
    done = dry_run or ciphertexts.exchange(holder, row, value)
    (outcome.changed if done else outcome.overtaken)[holder.name] += 1
