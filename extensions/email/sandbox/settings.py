"""What a person may set in the sandbox, kept on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extensions.core.contract.sandboxing import settings as kept
from extensions.core.contract.sandboxing.posting import address


@dataclass(frozen=True)
class Settings:
    """Delays in seconds; limits in bytes. `rate_limit` is calls per minute and API key, 0 for none.

    `event_delay_s` passes between two events of one message. `webhook_url` is where events go, empty for nowhere.
    `webhook_duplicates`: each post is made twice. `webhook_reversed`: a message's events come in the wrong order, when
    all of them are due. `webhook_forged`: posts are signed with a key of somebody else's.
    """

    latency_ms: int = 0
    rate_limit: int = 0
    max_message_bytes: int = 30_000_000
    event_delay_s: float = 2.0
    clock_offset_s: float = 0.0
    webhook_url: str = ""
    webhook_duplicates: bool = False
    webhook_reversed: bool = False
    webhook_forged: bool = False


def changed(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Settings with `values` put in. Unusable, for what cannot be."""
    return kept.changed(settings, values, _checked)


def load_settings(db: sqlite3.Connection) -> Settings:
    return Settings(**kept.stored(db))


def _checked(name: str, value: object) -> object:
    return address(name, str(value)) if name == "webhook_url" else kept.like(getattr(Settings, name), name, value)
