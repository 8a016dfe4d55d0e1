"""Reading back what became of a write, until it is confirmed, failed, or its time is up."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from extensions.core import health, registry
from extensions.core.contract import (
    AuthRejected,
    CannotConnect,
    Context,
    Manifest,
    ProviderError,
    QuotaSpent,
    ReadBack,
    Throttled,
    Verdict,
)
from extensions.core.guard import guarded
from extensions.core.lanes import LaneLost, Turn
from extensions.core.models import Operation, State
from extensions.core.performing.calling import ask_of
from extensions.core.performing.outcomes import FIRST_READ_BACK, change, settle, store

SLOWEST_READ_BACK = timedelta(seconds=60)
# Errors after which the provider was not asked at all; its answer is waited for past the deadline, for a day.
NOT_ASKED = (AuthRejected, CannotConnect, QuotaSpent, Throttled)
LONGEST_ABSENCE = timedelta(days=1)


def read_back(operation: Operation, turn: Turn, manifest: Manifest, context: Context) -> None:
    try:
        with guarded(manifest, operation.operation_id, may_have_happened=True):
            seen = registry.capability(manifest).read_back(manifest, context, ask_of(operation))
            with transaction.atomic():
                store(operation, seen.fetched, timezone.now())
                _judge(operation, seen)
    except LaneLost:
        return
    except ProviderError as error:
        health.note_failure(operation.config, error)
        _not_seen(operation, error)
    else:
        health.note_success(operation.config)


def _not_seen(operation: Operation, error: ProviderError) -> None:
    deadline = operation.confirm_by
    if isinstance(error, NOT_ASKED):
        deadline += LONGEST_ABSENCE
    if timezone.now() < deadline:
        _read_back_later(operation, error.sentence)
    else:
        _give_up(operation, error.sentence, {}, performed=False if operation.state == State.QUEUED else None)


def _judge(operation: Operation, seen: ReadBack) -> None:
    found = {
        "result": {**operation.result, **seen.result},
        "reference": (seen.reference or operation.reference)[:80],
    }
    if seen.verdict is Verdict.CONFIRMED:
        settle(operation, State.CONFIRMED, seen.words, **found)
    elif seen.verdict is Verdict.FAILED:
        settle(operation, State.FAILED, seen.words, **found)
    elif seen.reference and operation.state in (State.QUEUED, State.UNKNOWN):
        # The provider has it after all: from here on it is an accepted request like any other.
        now = timezone.now()
        change(operation, state=State.ACCEPTED, accepted_at=now, next_attempt_at=now, **found)
    elif operation.state == State.QUEUED:
        # It was throttled, so it was not performed, and the read-back shows that too: it may be sent again.
        change(operation, sent_at=None, next_attempt_at=timezone.now())
    elif timezone.now() >= operation.confirm_by:
        _give_up(operation, seen.words, found, performed=False if seen.verdict is Verdict.PENDING else None)
    else:
        _read_back_later(operation, seen.words, **found)


def _give_up(operation: Operation, words: str, found: dict[str, Any], *, performed: bool | None) -> None:
    if operation.state == State.ACCEPTED:
        settle(operation, State.TIMED_OUT, f"Accepted, but not confirmed in time. {words}".strip(), **found)
    elif performed is False:
        settle(operation, State.FAILED, f"It was not performed. {words}".strip(), **found)
    else:
        words = f"Whether this was performed is not known. {words} It is not sent again by itself."
        settle(operation, State.UNKNOWN, words, **found)


def _read_back_later(operation: Operation, sentence: str, **changes) -> None:
    """Soon at first, then at growing distances up to a minute."""
    waited = timezone.now() - (operation.accepted_at or operation.sent_at or operation.asked_at)
    distance = min(max(waited / 2, FIRST_READ_BACK), SLOWEST_READ_BACK)
    change(operation, next_attempt_at=timezone.now() + distance, sentence=sentence[:500], **changes)
