"""Operations: what can be asked of an external service about a subject, and what comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from iotdash.organizations.roles import Role


class Kind(StrEnum):
    READ = "read"
    WRITE = "write"
    IRREVERSIBLE = "irreversible"


def _no_warning(parameters: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True)
class OperationSpec:
    """One declaration gives the form, the REST path `…/exts/{device key}/ops/{id}`, its documentation, the audit line.

    `parameters` and `result` are JSON schemas of objects. `confirm_within` is how long to wait until a read-back shows
    the effect of a write; None for reads. `warning(parameters)` gives the sentence that a person must confirm first
    when these parameters make the operation irreversible, or "".
    """

    id: str
    title: str
    kind: Kind
    method: str
    parameters: Mapping[str, Any]
    result: Mapping[str, Any]
    least_role: Role
    confirm_within: timedelta | None = None
    warning: Callable[[Mapping[str, Any]], str] = _no_warning

    @property
    def reads(self) -> bool:
        return self.kind is Kind.READ


@dataclass(frozen=True)
class Ask:
    """One operation as the provider sees it. `reference` is the provider's own id for it once it was accepted.

    `taken` are the provider's ids of the account's other operations of this kind: they are not this one.
    """

    operation: str
    subject: str
    parameters: Mapping[str, Any]
    asked_at: datetime
    reference: str = ""
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answer:
    """What a read found or a write was told. `fetched` is a normalised record for the capability to store."""

    result: Mapping[str, Any] = field(default_factory=dict)
    reference: str = ""
    fetched: Any = None


@dataclass(frozen=True)
class Known:
    """What a read would answer, from what is kept, and when the service said it."""

    result: Mapping[str, Any]
    at: datetime


class Verdict(StrEnum):
    """What a read-back says of a write."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    FAILED = "failed"
    # The provider has no trace of the request: after a lost answer it may never have arrived.
    NO_TRACE = "no trace"


@dataclass(frozen=True)
class ReadBack:
    """`words` are for the user: what the provider now shows."""

    verdict: Verdict
    words: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    reference: str = ""
    fetched: Any = None


@dataclass(frozen=True)
class Proof:
    """What a successful check proved, as a sentence, and any facts worth showing beside it."""

    sentence: str
    facts: Mapping[str, str] = field(default_factory=dict)
