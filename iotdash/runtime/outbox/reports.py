"""What a service reports later of mail that it took: twice, late, and in any order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox.words import kept_words

State = OutboxMail.State
# Of what is reported of the same second, the last of these counts.
_COURSE = (State.SENT, State.DEFERRED, State.DELIVERED, State.FAILED)
_ENDS = (State.DELIVERED, State.FAILED)


@dataclass(frozen=True)
class Report:
    """`mail_id` is the row's public id; if it is none, the service's own `message_id` tells which mail it is about."""

    state: State
    mail_id: str = ""
    message_id: str = ""
    words: str = ""
    at: datetime | None = None


@transaction.atomic
def note(organization: str, report: Report) -> bool:
    """False for mail that the organization does not have, and for what newer reports have overtaken.

    A report settles mail that would be sent again: the answer was lost, the message was not.
    """
    mail = _of(organization, report)
    at = _not_ahead(report.at)
    if mail is None or not _is_news(mail, report, at):
        return False
    OutboxMail.objects.filter(pk=mail.pk).update(
        state=report.state,
        detail=_words(mail, report),
        reported_at=at,
        holder="",
        settled_at=mail.settled_at or timezone.now(),
        sent_at=mail.sent_at or at,
    )
    return True


def _of(organization: str, report: Report) -> OutboxMail | None:
    found = OutboxMail.objects.select_for_update().filter(organization=organization, **_named(report))
    return found.exclude(state=State.WITHDRAWN).order_by("-pk").first()


def _named(report: Report) -> dict[str, Any]:
    try:
        return {"public_id": UUID(report.mail_id)}
    except ValueError:
        return {"provider_message_id__in": _beginnings(report.message_id)}


def _beginnings(message_id: str) -> list[str]:
    """A service may add words to the id that it gave first, each after a dot."""
    parts = message_id.split(".")
    # Of mail whose id is not known, the id is empty.
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1) if parts[0]]


def _not_ahead(at: datetime | None) -> datetime:
    """Else a service whose clock was wrong once would have told something newer than all that it tells later."""
    now = timezone.now()
    return min(at, now) if at else now


def _is_news(mail: OutboxMail, report: Report, at: datetime) -> bool:
    """What ended is undone by another end only: a bounce may follow a delivery, and a late deferral says nothing."""
    if mail.reported_at is None:
        return True
    if mail.state in _ENDS and report.state not in _ENDS:
        return False
    known = _COURSE.index(State(mail.state)) if mail.state in _COURSE else -1
    return (at, _COURSE.index(report.state)) > (mail.reported_at, known)


def _words(mail: OutboxMail, report: Report) -> str:
    kept = mail.detail if mail.state == report.state else ""
    return kept_words(report.words or kept)
