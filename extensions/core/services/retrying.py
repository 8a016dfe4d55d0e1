"""Asking an operation again, where that is honest: what may have been performed is never repeated."""

from extensions.core import registry
from extensions.core.models import Operation, State
from extensions.core.services import operations
from extensions.core.targets import Target
from extensions.core.words import declared
from iotdash.audit.services import Source, record

# How a write ends that had no effect, unless the provider had accepted it.
CERTAINLY_NOT = (State.REFUSED, State.FAILED, State.CANCELLED)


class NotRetried(Exception):
    """It is not asked again; the message says why."""


def retry(operation: Operation, source: Source) -> Operation:
    """A new operation that asks the same. Raises NotRetried."""
    why_not = reason_against(operation)
    if why_not:
        raise NotRetried(why_not)
    manifest = registry.manifest(operation.config.slug)
    target = Target(operation.config, manifest, operation.subject, operation.device)
    try:
        asked = operations.ask(target, declared(operation), operation.parameters, source)
    except (operations.NotCallable, operations.Unsettled, operations.InvalidParameters) as error:
        raise NotRetried(str(error)) from error
    details = {"operation": operation.operation_id, "earlier": str(operation.public_id), "new": str(asked.public_id)}
    record(source, "operation asked again", "subject", operation.subject, **details)
    return asked


def reason_against(operation: Operation) -> str:
    """ "" when it may be asked again: every read, and a write that was certainly not performed."""
    if operation.config.removed_at:
        return "The extension was removed, so nothing can be asked of it."
    if declared(operation) is None:
        return "The extension that knows this operation is not installed."
    if not operation.settled:
        return "It has no outcome yet and goes on by itself."
    return "" if operation.kind == "read" else _reason_against_write(operation)


def _reason_against_write(operation: Operation) -> str:
    if operation.state == State.CONFIRMED:
        return "It was performed; asking again would do it twice."
    if operation.state not in CERTAINLY_NOT:
        return "It may have been performed. Ask a member to look at the subject and to decide."
    if operation.accepted_at or operation.reference:
        return "The provider had accepted it before it failed, so it may have had an effect. A member has to decide."
    return ""
