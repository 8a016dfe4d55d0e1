"""Calling a capability on behalf of an operation."""

import logging
from collections.abc import Callable
from typing import Any

from extensions.core.contract import Ask, BadResponse, Context, Manifest, ProviderError
from extensions.core.lanes import LaneLost
from extensions.core.models import Operation

# The newest are enough: a lost message is looked for among the carrier's newest.
MOST_TAKEN = 50

logger = logging.getLogger(__name__)


def call(function: Callable, manifest: Manifest, context: Context, operation: Operation) -> Any:
    """A provider's bug is an unusable answer to its users and a trace in the log, never a lost operation."""
    try:
        return function(manifest, context, ask_of(operation))
    except (ProviderError, LaneLost):
        raise
    except Exception as error:
        logger.exception("%s failed in %s", manifest.slug, operation.operation_id)
        sentence = f"The extension {manifest.name} failed unexpectedly. The log of this server has the details."
        raise BadResponse(sentence, may_have_happened=True) from error


def ask_of(operation: Operation) -> Ask:
    return Ask(
        operation=operation.operation_id,
        subject=operation.subject,
        parameters=operation.parameters,
        asked_at=operation.sent_at or operation.asked_at,
        reference=operation.reference,
        taken=_taken(operation) if operation.kind != "read" else frozenset(),
    )


def _taken(operation: Operation) -> frozenset[str]:
    others = Operation.objects.filter(
        config=operation.config, subject=operation.subject, operation_id=operation.operation_id
    )
    accounted = others.exclude(pk=operation.pk).exclude(reference="").order_by("-asked_at")
    return frozenset(accounted.values_list("reference", flat=True)[:MOST_TAKEN])
