"""A rule of an account, and a push that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

FORM, JSON = "form", "json"
BODIES = (FORM, JSON)
AS_IT_IS, BAD_SIGNATURE, OLD_TIMESTAMP, REPEATED = "as it is", "bad signature", "old timestamp", "repeated"
WAYS = (AS_IT_IS, BAD_SIGNATURE, OLD_TIMESTAMP, REPEATED)
WAITING, SENT, FAILED = "waiting", "sent", "given up"


@dataclass(frozen=True, slots=True)
class Rule:
    """Where the pushes of an account go. `secret` is apart from the licence key; `body`: form or json."""

    account_id: str
    url: str
    secret: str
    body: str = FORM


@dataclass(frozen=True, slots=True)
class Push:
    """One event. `root` and `fields` are its data, in the order of the schema; `way`: what is wrong with it.

    `body` overrides the rule's. `answer` is the receiver's, or why there was none.
    """

    id: int | None
    event_id: str
    event_type: str
    account_id: str
    iccid: str
    root: str
    fields: Mapping[str, str]
    made_at: datetime
    next_at: datetime
    way: str = AS_IT_IS
    body: str = ""
    state: str = WAITING
    tries: int = 0
    answer: str = ""
