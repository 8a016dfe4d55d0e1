"""What a capability is asked on behalf of an operation."""

from datetime import timedelta

from django.db.models import Q

from extensions.core.contract import Ask
from extensions.core.models import ExtensionConfig, Operation

# The newest are enough: a lost message is looked for among the carrier's newest.
MOST_TAKEN = 500
# Clocks differ, and a message that was found late is noted late.
SAME_TIME = timedelta(minutes=5)


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
    """Of everybody who uses the account: a message of another organization is not ours either.

    Of other subjects too, as far as they are of the same time: a carrier lists all messages of a busy account, and
    looking at each of them would take more calls than there are.
    """
    sharing = ExtensionConfig.objects.filter(account_digest=operation.config.account_digest)
    since = (operation.sent_at or operation.asked_at) - SAME_TIME
    near = Q(subject=operation.subject) | Q(accepted_at__gte=since)
    others = Operation.objects.filter(near, config__in=sharing, operation_id=operation.operation_id)
    accounted = others.exclude(pk=operation.pk).exclude(reference="").order_by("-asked_at")
    return frozenset(accounted.values_list("reference", flat=True)[:MOST_TAKEN])
