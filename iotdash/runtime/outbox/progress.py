"""From queued to sent: what whoever sends writes down.

Every write is conditional: a row that was settled, or taken back because its holder seemed dead, is left alone. A
holder is the holder of a lease; while that lease lives, nobody else sends the row.
"""

import random
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from iotdash.runtime.models import Lease, OutboxMail
from iotdash.runtime.outbox.words import kept_id, kept_words

State = OutboxMail.State
Organizations = Collection[str] | QuerySet

BACK_OFF = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30))
MOST_ATTEMPTS = len(BACK_OFF) + 1
# Of each span, so that what failed together does not come again together.
SPREAD = 0.2


def unsettled(organizations: Organizations) -> QuerySet[OutboxMail]:
    """`organizations`: public ids, or a query of them."""
    return OutboxMail.objects.filter(settled_at=None, organization__in=organizations)


def queued(organizations: Organizations) -> QuerySet[OutboxMail]:
    """What nobody sends at the moment, the longest due first."""
    return unsettled(organizations).filter(state=State.QUEUED, holder="").order_by("next_attempt_at", "id")


def take(mail: OutboxMail, holder: str, still: Q | Exists) -> bool:
    """Claims a row for one attempt, committed before the first byte leaves, so that a kill is noticed.

    False if another was faster, it was withdrawn, or `still` does not hold.
    """
    waiting = queued([mail.organization]).filter(still, pk=mail.pk, next_attempt_at__lte=timezone.now())
    if not waiting.update(holder=holder, attempts=F("attempts") + 1):
        return False
    mail.refresh_from_db()
    return True


def note_sent(mail: OutboxMail, words: str, message_id: str = "") -> None:
    """The service took it. `words` are its own reply."""
    now = timezone.now()
    _note(
        mail,
        state=State.SENT,
        detail=kept_words(words),
        provider_message_id=kept_id(message_id),
        sent_at=now,
        settled_at=now,
    )


def note_failed(mail: OutboxMail, words: str) -> None:
    """It is not tried again by itself."""
    _note(mail, state=State.FAILED, detail=kept_words(words), settled_at=timezone.now())


def try_again(
    mail: OutboxMail, words: str, *, most_attempts: int = MOST_ATTEMPTS, not_before: datetime | None = None
) -> None:
    """After 30 s, 2, 10 and 30 minutes, a fifth more or less; failed after the last attempt."""
    if mail.attempts >= min(most_attempts, MOST_ATTEMPTS):
        note_failed(mail, words)
        return
    now = timezone.now()
    at = now + BACK_OFF[mail.attempts - 1] * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - no secret
    _note(mail, detail=kept_words(words), next_attempt_at=max(at, not_before or at))


def put_back(mail: OutboxMail, words: str = "", at: datetime | None = None) -> None:
    """Queued again without having used up an attempt: nothing was said about this message."""
    changes = {"detail": kept_words(words), "attempts": F("attempts") - 1}
    _note(mail, next_attempt_at=at or timezone.now(), **changes)


def recover(organizations: Organizations) -> int:
    """Takes back what somebody held who holds no lease any more. Whether it was sent is not known: it is sent again."""
    alive = Lease.objects.filter(holder=OuterRef("holder"), expires_at__gt=timezone.now())
    held = unsettled(organizations).exclude(holder="")
    return held.filter(~Exists(alive)).update(holder="")


def hold(organization: str, words: str) -> int:
    """What is queued waits until `release`; `words` say for what."""
    waiting = {"state": State.WAITING, "detail": kept_words(words)}
    return queued([organization]).update(**waiting)


def release(organizations: Organizations) -> int:
    """What waited is queued again, at once and with all attempts before it."""
    waiting = unsettled(organizations).filter(state=State.WAITING)
    return waiting.update(state=State.QUEUED, detail="", attempts=0, next_attempt_at=timezone.now())


def _note(mail: OutboxMail, **changes: Any) -> None:
    mine = OutboxMail.objects.filter(pk=mail.pk, holder=mail.holder, settled_at=None)
    mine.update(holder="", **changes)
