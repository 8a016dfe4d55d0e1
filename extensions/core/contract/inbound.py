"""What a service sends to us by itself: webhooks and pushes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class InboundRefused(Exception):
    """The message is not taken. Its words are for the log and the configuration's page, never for the sender."""


class Forged(InboundRefused):
    """Nothing proves that the service sent it. Answered with 403, the same for every reason; nothing is stored."""


class Malformed(InboundRefused):
    """It was sent by the service, but makes no sense. Answered with 400; nothing is stored."""


@dataclass(frozen=True)
class InboundRecord:
    """One thing that was told. `key` is the service's own id of it: the same key again is a repetition and dropped.

    `payload` is JSON without secrets; `at` is the service's own time of it, if it gave one.
    """

    key: str
    payload: Mapping[str, Any]
    at: datetime | None = None


@dataclass(frozen=True)
class Inbound:
    """How a service reaches us. Core owns the unguessable address, the limit of the body, keeping and replays.

    `parse(method, headers, raw_body, settings)` proves that the service sent it and reads it; header names in lower
    case. Raises Forged or Malformed. It is quick and calls nobody.
    `guide(address, settings)` are (what to enter, value or words) pairs: what is to be pasted where at the service,
    without secrets; none if it sends nothing with these settings.
    `max_body` in bytes. `needs` names the setting without which nothing that comes can be proved, if any does.
    """

    parse: Callable[[str, Mapping[str, str], bytes, Mapping[str, Any]], Sequence[InboundRecord]]
    guide: Callable[[str, Mapping[str, Any]], Sequence[tuple[str, str]]]
    max_body: int = 1_000_000
    needs: str = ""
