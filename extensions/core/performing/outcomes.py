"""Writing down how far an operation got: only to unsettled rows, so that a late answer never overwrites an outcome."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from extensions.core import registry
from extensions.core.contract import NotFound, OperationSpec, ProviderError
from extensions.core.models import Operation, State
from extensions.core.words import error_fields, operation_title
from iotdash.audit.services import Source, record

FIRST_READ_BACK = timedelta(seconds=1)
MOST_ATTEMPTS = 5
_OWN_FIELDS = [field.attname for field in Operation._meta.concrete_fields if not field.is_relation]


def spec_of(operation: Operation) -> OperationSpec:
    spec = registry.operation(registry.manifest(operation.config.slug), operation.operation_id)
    if spec is None:
        raise LookupError(f"{operation.config.slug} has no operation {operation.operation_id} any more.")
    return spec


def answer_lost(operation: Operation, sentence: str, error: ProviderError | None = None) -> None:
    """No answer came to something that was sent. A read is asked again; a write is unknown until it is read back."""
    now = timezone.now()
    if operation.kind == "read" and operation.attempts >= MOST_ATTEMPTS:
        settle(operation, State.FAILED, sentence, error)
        return
    if operation.kind == "read":
        change(operation, state=State.QUEUED, sent_at=None, next_attempt_at=now)
        return
    change(
        operation,
        state=State.UNKNOWN,
        confirm_by=now + spec_of(operation).confirm_within,
        next_attempt_at=now + FIRST_READ_BACK,
        **(error_fields(error) | {"sentence": sentence[:500]}),
    )


@transaction.atomic
def settle(operation: Operation, state: State, sentence: str, error: ProviderError | None = None, **changes) -> None:
    changed = change(
        operation,
        state=state,
        settled_at=timezone.now(),
        **(error_fields(error) | {"sentence": sentence[:500]}),
        **changes,
    )
    if changed and operation.kind != "read":
        source = Source(actor=operation.asked_by, organization=operation.organization.public_id)
        details = {"operation": operation_title(operation), "asked for": operation.parameters}
        record(source, f"operation {state.value}", "subject", operation.subject, **details)


def change(operation: Operation, **changes) -> bool:
    """Writes to an unsettled row only: a late answer never overwrites an outcome."""
    changed = Operation.objects.filter(pk=operation.pk, settled_at=None).update(**changes)
    refresh(operation)
    return bool(changed)


def refresh(operation: Operation) -> None:
    """Reads the row again, but keeps the configuration as it was when its settings were taken for the call."""
    operation.refresh_from_db(fields=_OWN_FIELDS)


def store(operation: Operation, fetched: Any, at: datetime) -> None:
    if fetched is not None:
        manifest = registry.manifest(operation.config.slug)
        registry.capability(manifest).store(operation.config, operation.subject, fetched, at)


def note_missing(operation: Operation, error: ProviderError) -> None:
    if isinstance(error, NotFound):
        manifest = registry.manifest(operation.config.slug)
        registry.capability(manifest).note_missing(operation.config, operation.subject, timezone.now())
