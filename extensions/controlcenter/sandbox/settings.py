"""What a person may set in the sandbox, kept on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from extensions.core.contract.sandboxing import settings as kept
from extensions.core.contract.sandboxing.problems import Unusable

from .model import (
    ACTIVATED,
    ACTIVATION_READY,
    DEACTIVATED,
    INVENTORY,
    RETIRED,
    STATUSES,
    TEST_READY,
)

DEFAULT_TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    TEST_READY: (INVENTORY, ACTIVATION_READY, ACTIVATED),
    INVENTORY: (ACTIVATION_READY, ACTIVATED, RETIRED),
    ACTIVATION_READY: (INVENTORY, ACTIVATED, RETIRED),
    ACTIVATED: (DEACTIVATED, RETIRED),
    DEACTIVATED: (ACTIVATED, RETIRED),
    RETIRED: (),
}
CHOICES = {
    "sms_id_key": ("smsMessageId", "smsMsgId"),
    "sms_usage_keys": ("lower", "upper", "mixed"),
    "lone_foreign_iccid": ("absent", "fault"),
}


@dataclass(frozen=True)
class Settings:
    """Delays in seconds. `rate_limit` is calls per second and account, 0 for none.

    `sms_usage_keys`: `smsmtusage` (lower), `SMSMTUsage` (upper), or one after the other (mixed).
    `search_window_days`: the widest window between modifiedSince and modifiedTill, 0 for any.
    `sms_max_length` counts characters of coding 0; other codings hold fewer.
    `lone_foreign_iccid`: what SOAP makes of a request for one SIM of another account alone.
    `modified_page_size`: SIMs on a page of GetModifiedTerminals, 0 for all at once and no pages.
    `invoice_after_days`: how long after its end a cycle is invoiced.
    """

    latency_ms: int = 0
    rate_limit: int = 5
    throttle_status: int = 429
    state_delay_s: float = 0.0
    plan_delay_s: float = 0.0
    sms_delay_s: float = 5.0
    sms_max_length: int = 320
    sms_id_key: str = "smsMessageId"
    sms_usage_keys: str = "lower"
    search_window_days: int = 0
    lone_foreign_iccid: str = "absent"
    modified_page_size: int = 0
    invoice_after_days: float = 3.0
    clock_offset_s: float = 0.0
    transitions: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(DEFAULT_TRANSITIONS))


def changed(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Settings with `values` put in. Unusable, for what cannot be."""
    return kept.changed(settings, values, _checked)


def load_settings(db: sqlite3.Connection) -> Settings:
    return changed(Settings(), kept.stored(db))


def _checked(name: str, value: object) -> object:
    if name == "transitions":
        return _matrix(value)
    if name in CHOICES:
        return kept.one_of(name, value, CHOICES[name])
    return kept.like(getattr(Settings, name), name, value)


def _matrix(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise Unusable("transitions maps a status to the statuses that may follow it.")
    if not all(isinstance(after, list | tuple) for after in value.values()):
        raise Unusable("transitions maps a status to a list.")
    matrix = {str(before): tuple(after) for before, after in value.items()}
    for status in {*matrix, *(after for row in matrix.values() for after in row)}:
        if status not in STATUSES:
            raise Unusable(f"There is no SIM status {status}.")
    return matrix
