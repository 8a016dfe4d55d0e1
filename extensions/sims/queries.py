"""Reading what is known of SIMs."""

from django.db.models import QuerySet

from devices.queries import starting_with
from extensions.core.models import ExtensionConfig, Operation
from extensions.sims.models import ReceivedSms
from extensions.sims.operations import SMS


def sent_sms(config: ExtensionConfig, subject: str = "", prefix: str = "") -> QuerySet[Operation]:
    """Messages that were asked to be sent to one SIM, or to those whose identifier begins so."""
    return _of(config.operations.filter(operation_id=SMS).select_related("device__device_type"), subject, prefix)


def received_sms(config: ExtensionConfig, subject: str = "", prefix: str = "") -> QuerySet[ReceivedSms]:
    """Messages from one SIM, or from those whose identifier begins so."""
    return _of(config.received_sms.all(), subject, prefix)


def _of(messages: QuerySet, subject: str, prefix: str) -> QuerySet:
    if subject:
        return messages.filter(subject=subject)
    return messages.filter(starting_with("subject", prefix)) if prefix else messages
