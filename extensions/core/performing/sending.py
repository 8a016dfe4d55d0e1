"""Sending an operation to its provider, and what its answer or error means."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from extensions.core import health, registry
from extensions.core.contract import (
    Answer,
    AuthRejected,
    CannotConnect,
    Context,
    Manifest,
    NoData,
    NotFound,
    PermissionDenied,
    ProviderError,
    QuotaSpent,
    Refused,
    Throttled,
)
from extensions.core.guard import guarded
from extensions.core.lanes import LaneLost, Turn
from extensions.core.models import ExtensionConfig, Operation, State
from extensions.core.performing.calling import ask_of
from extensions.core.performing.outcomes import (
    FIRST_READ_BACK,
    MOST_ATTEMPTS,
    answer_lost,
    change,
    note_missing,
    refresh,
    settle,
    spec_of,
    store,
)
from extensions.core.words import error_fields

# Errors after which the request was certainly not performed and may be made later.
NOT_NOW = (AuthRejected, Throttled, QuotaSpent, CannotConnect)
BACK_OFF = timedelta(seconds=10)
SLOWEST_BACK_OFF = timedelta(minutes=1)
# How long a read waits for a spent allowance to be given back.
READ_WITHIN = timedelta(minutes=5)
# How long a write that could not be made yet waits for its chance, counted from when it was asked.
SEND_WITHIN = timedelta(hours=1)


def perform(operation: Operation, turn: Turn, manifest: Manifest, context: Context) -> None:
    if not _claim(operation, turn):
        return
    before = turn.calls
    try:
        with guarded(manifest, operation.operation_id, may_have_happened=True):
            answer = registry.capability(manifest).perform(manifest, context, ask_of(operation))
            _performed(operation, answer)
    except LaneLost:
        _lane_lost(operation, turn, sent=turn.calls > before)
    except ProviderError as error:
        _perform_failed(operation, error)
    else:
        health.note_success(operation.config)


def _claim(operation: Operation, turn: Turn) -> bool:
    """Marks it sent, committed before the first byte leaves, so that a kill is noticed.

    False if it was cancelled, or its configuration paused or removed, a moment ago.
    """
    now = timezone.now()
    queued = Operation.objects.filter(
        pk=operation.pk, state=State.QUEUED, settled_at=None, config__in=ExtensionConfig.objects.callable()
    )
    if not queued.update(state=State.SENT, holder=turn.holder, sent_at=now, attempts=operation.attempts + 1):
        return False
    refresh(operation)
    return True


def _performed(operation: Operation, answer: Answer) -> None:
    now = timezone.now()
    spec = spec_of(operation)
    with transaction.atomic():
        store(operation, answer.fetched, now)
        if spec.reads:
            settle(operation, State.CONFIRMED, "", result=dict(answer.result))
        else:
            change(
                operation,
                state=State.ACCEPTED,
                accepted_at=now,
                reference=answer.reference[:80],
                result=dict(answer.result),
                confirm_by=now + spec.confirm_within,
                next_attempt_at=now + FIRST_READ_BACK,
                sentence="",
            )


def _perform_failed(operation: Operation, error: ProviderError) -> None:
    health.note_failure(operation.config, error)
    if operation.kind == "read":
        _read_failed(operation, error)
    elif error.may_have_happened:
        answer_lost(operation, error.sentence, error)
    elif isinstance(error, NOT_NOW) and timezone.now() < operation.asked_at + SEND_WITHIN:
        _again(operation, error)
    else:
        refused = isinstance(error, Refused | PermissionDenied | NotFound)
        settle(operation, State.REFUSED if refused else State.FAILED, error.sentence, error)


def _read_failed(operation: Operation, error: ProviderError) -> None:
    if isinstance(error, NoData):
        settle(operation, State.CONFIRMED, error.sentence, error)
    elif _is_worth_waiting_for(error) and operation.attempts < MOST_ATTEMPTS:
        _again(operation, error)
    else:
        with transaction.atomic():
            note_missing(operation, error)
            settle(operation, State.FAILED, error.sentence, error)


def _is_worth_waiting_for(error: ProviderError) -> bool:
    """Nobody waits days for an answer; a spent allowance is told instead."""
    if isinstance(error, QuotaSpent):
        return error.until < timezone.now() + READ_WITHIN
    return error.retry_helps or isinstance(error, NOT_NOW)


def _again(operation: Operation, error: ProviderError) -> None:
    """Back into the queue. A write keeps `sent_at`, so that it is read back before it is sent again."""
    now = timezone.now()
    never_sent = operation.kind == "read" or isinstance(error, AuthRejected | CannotConnect)
    change(
        operation,
        state=State.QUEUED,
        sent_at=None if never_sent else operation.sent_at,
        confirm_by=None if never_sent else now + spec_of(operation).confirm_within,
        next_attempt_at=now + min(BACK_OFF * operation.attempts, SLOWEST_BACK_OFF),
        **error_fields(error),
    )


def _lane_lost(operation: Operation, turn: Turn, *, sent: bool) -> None:
    if operation.kind != "read" and sent:
        answer_lost(operation, "The lane was lost while this was being sent.")
        return
    # Whoever has the lane now may have recovered it already.
    mine = Operation.objects.filter(pk=operation.pk, state=State.SENT, holder=turn.holder, settled_at=None)
    mine.update(state=State.QUEUED, sent_at=None, attempts=operation.attempts - 1)
