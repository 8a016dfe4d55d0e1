"""Messages that are not taken: one short answer for the sender, the reason for those who manage the extension."""

import logging
from http import HTTPStatus

from django.utils import timezone

from extensions.core.inbound import counts
from extensions.core.models import InboundHook
from iotdash.lib.texts import storable

logger = logging.getLogger(__name__)


class NotTaken(Exception):
    """`status` is what the sender is told, and no more; `reason` is a sentence that the sender never sees."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def note_refused(hook: InboundHook, reason: str) -> None:
    now = timezone.now()
    logger.info("a message for extension configuration %s was refused: %s", hook.pk, storable(reason))
    InboundHook.objects.filter(pk=hook.pk).update(refused_at=now, refused_reason=storable(reason)[:300])
    counts.add(hook, now, refused=1)
