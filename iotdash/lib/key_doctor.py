"""Which keys the stored ciphertexts need, and which of those are missing. Never tells a key, only its id."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError

from iotdash.lib import ciphertexts, crypto

logger = logging.getLogger(__name__)

# While something is wrong, or nothing is known yet, it is looked at again after so long.
LOOK_AGAIN_AFTER_S = 60


@dataclass
class KeyUse:
    """What one key wrote, or what no key can read. `problem` is "" when it can be read."""

    key_id: str
    problem: str
    counts: Counter[str] = field(default_factory=Counter)
    newest: int = 0
    organizations: set[Any] = field(default_factory=set)

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def affected(self) -> str:
        """ "connection checks: 1, extension configurations: 2"."""
        return words(self.counts)

    @property
    def sentence(self) -> str:
        """What is wrong, whom it concerns, and what to do; "" when nothing is."""
        if not self.problem:
            return ""
        if self.problem == DAMAGED:
            return f"Stored secrets are damaged ({self.affected}): type them again where they are used."
        return (
            f"Encryption key {self.key_id} is missing, so stored secrets cannot be read ({self.affected}). "
            "Add it to IOTDASH_SECRET_KEYS and restart; nothing is deleted meanwhile."
        )

    @property
    def sentence_for_members(self) -> str:
        """Without figures, which are those of everybody on this server; only of a key that is missing."""
        return (
            f"Encryption key {self.key_id} is missing on this server, so stored secrets of this organization cannot be "
            "read. Whoever runs the server adds it to IOTDASH_SECRET_KEYS and restarts. Until then what needs them "
            "waits; nothing is lost."
        )


MISSING, DAMAGED = "key missing", "damaged"


@dataclass(frozen=True)
class Report:
    """`uses` by key: the configured ones first, in their order."""

    uses: tuple[KeyUse, ...]

    @property
    def unreadable(self) -> list[KeyUse]:
        return [use for use in self.uses if use.problem]

    @property
    def sentences(self) -> list[str]:
        return [use.sentence for use in self.unreadable]

    def of_organization(self, organization: Any) -> list[KeyUse]:
        """The missing keys that concern secrets of that organization."""
        missing = (use for use in self.unreadable if use.problem == MISSING)
        return [use for use in missing if organization in use.organizations]


def examine(*, decrypt: bool = True) -> Report:
    """Looks at every stored ciphertext. Without `decrypt` only the key ids are compared: damage stays unseen."""
    configured = crypto.key_ids()
    uses = {(key_id, ""): KeyUse(key_id, "") for key_id in configured}
    for holder in ciphertexts.holders():
        for row in ciphertexts.stored(holder):
            for ciphertext in ciphertexts.ciphertexts_in(row.value):
                found = _problem(ciphertext, configured, decrypt=decrypt)
                key = (crypto.key_of(ciphertext), found)
                _count(uses.setdefault(key, KeyUse(*key)), holder.name, row, ciphertext)
    return Report(tuple(uses.values()))


def _count(use: KeyUse, name: str, row: ciphertexts.Stored, ciphertext: str) -> None:
    use.counts[name] += 1
    use.newest = max(use.newest, crypto.written_at(ciphertext))
    use.organizations.add(row.organization)


def _problem(ciphertext: str, configured: list[str], *, decrypt: bool) -> str:
    name = crypto.key_of(ciphertext)
    if name not in configured:
        return MISSING if name else DAMAGED
    if not decrypt:
        return ""
    try:
        crypto.decrypt(ciphertext)
    except crypto.Corrupt:
        return DAMAGED
    return ""


def words(counts: Counter[str]) -> str:
    """ "connection checks: 1, extension configurations: 2", or "nothing"."""
    return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items())) or "nothing"


class Watch:
    """What this process knows of the stored ciphertexts. All is well stays known: keys change with a restart only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.forget()

    def forget(self) -> None:
        self._report: Report | None = None
        self._looked_at = float("-inf")

    def look(self) -> Report | None:
        """None while the database does not answer. Key ids only, so that it is cheap; problems go to the log."""
        self._looked_at = self._clock()
        before = self._report.sentences if self._report else []
        try:
            self._report = examine(decrypt=False)
        except DatabaseError as error:
            logger.warning("stored secrets could not be compared with the keys: %s", type(error).__name__)
            return None
        for sentence in self._report.sentences:
            if sentence not in before:
                logger.error("%s", sentence)
        return self._report

    def known(self) -> Report | None:
        """The last report, at no cost while all is well; looked at again from time to time while it is not."""
        if self._report and self._report.unreadable and self._due():
            return self.look()
        return self._report

    def refreshed(self) -> Report | None:
        """A report that is not much older than LOOK_AGAIN_AFTER_S."""
        return self.look() if self._due() else self._report

    def _due(self) -> bool:
        return self._clock() - self._looked_at > LOOK_AGAIN_AFTER_S


watch = Watch()
