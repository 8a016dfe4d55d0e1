"""What a person may set in the sandbox, kept on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extensions.core.contract.sandboxing import settings as kept

OLD, NEW = "1.13", "1.18"
CHOICES = {
    "api_version": (NEW, OLD),
    "wrong_password": ("401", "fault"),
    "too_many_lines": ("typed", "code"),
}


@dataclass(frozen=True)
class Settings:
    """Delays in seconds. `rate_limit` is calls a second and customer, 0 for none.

    `api_version`: the newest that the service speaks. `wrong_password`: 401, or a fault with status 500.
    `too_many_lines`: as a typed error, or by its code. `tracking`: replies carry the header trackingHeader.
    `directory_base`, `lifecycle_base`: monthly calls allowed, beside those for each subscription.
    `most_results`: how many hits a search counts. `waiting_s`, `work_s`: how long a change of state waits, and is
    worked on then.
    """

    latency_ms: int = 0
    rate_limit: int = 10
    directory_base: int = 1000
    lifecycle_base: int = 1000
    most_results: int = 10_000
    waiting_s: float = 60.0
    work_s: float = 600.0
    api_version: str = NEW
    wrong_password: str = "401"  # noqa: S105
    too_many_lines: str = "typed"
    tracking: bool = True
    clock_offset_s: float = 0.0


def changed(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Settings with `values` put in. Unusable, for what cannot be."""
    return kept.changed(settings, values, _checked)


def load_settings(db: sqlite3.Connection) -> Settings:
    return Settings(**kept.stored(db))


def _checked(name: str, value: object) -> object:
    if name in CHOICES:
        return kept.one_of(name, value, CHOICES[name])
    return kept.like(getattr(Settings, name), name, value)
