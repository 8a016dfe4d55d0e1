"""What people do about a job: confirm, send now, pause, resume, cancel, discard.

Each is one conditional UPDATE: of two people, or of one who clicks twice, one does it and the other is told what is.
"""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from iotdash.audit.services import Source, record
from iotdash.runtime.jobs import counting, disposing, messages, undoing
from iotdash.runtime.models import Job

State = Job.State


class TooLate(Exception):
    """It is in another state by now; the message says in which."""


def confirm(job: Job, source: Source, *, held_until: datetime | None = None, stop_after: int | None = None) -> None:
    """Has it done, from `held_until` on; who confirms it answers for it. Raises TooLate."""
    now = timezone.now()
    held = bool(held_until and held_until > now)
    _move(
        job,
        _in(job, State.REHEARSED),
        source,
        "job confirmed",
        state=State.HELD if held else State.RUNNING,
        confirmed_at=now,
        held_until=held_until if held else None,
        stop_after=stop_after,
        **_answering(source),
    )


def send_now(job: Job, source: Source) -> None:
    """Ends a hold. Raises TooLate."""
    _move(job, _in(job, State.HELD), source, "job sent before its hold was over", state=State.RUNNING, held_until=None)


def pause(job: Job, source: Source) -> None:
    """What is under way goes on, and so does the time of a hold. Raises TooLate."""
    _move(job, _in(job, State.RUNNING, State.HELD), source, "job paused", state=State.PAUSED)


def resume(job: Job, source: Source) -> None:
    """With the errors so far forgiven; who resumes it answers for it from now on. Raises TooLate.

    What was to be held until later still is.
    """
    held = bool(job.held_until and job.held_until > timezone.now())
    changes = {"state": State.HELD if held else State.RUNNING, "errors_forgiven": counting.errors(job), "sentence": ""}
    _move(job, _in(job, State.PAUSED), source, "job resumed", **changes, **_answering(source))


def cancel(job: Job, source: Source) -> None:
    """What waits is left undone, what did not go out is taken back, and what went out goes on. Raises TooLate."""
    _move(
        job,
        _in(job, State.RUNNING, State.HELD, State.PAUSED),
        source,
        "job cancelled",
        state=State.CANCELLED,
        held_until=None,
        sentence="",
    )
    undoing.undo(job)


def discard(job: Job, source: Source) -> None:
    """Forgets one that was not confirmed. Raises TooLate."""
    if not _in(job, State.REHEARSED).update(state=State.DRAFT):
        raise _too_late(job)
    disposing.dispose(job)


def _answering(source: Source) -> dict[str, str | None]:
    return {"asked_by": source.actor, "asked_from": source.address, "asked_via": source.via}


def _in(job: Job, *states: Job.State) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state__in=states, ended_at=None)


def _move(job: Job, rows: QuerySet[Job], source: Source, action: str, **changes) -> None:
    with transaction.atomic():
        if not rows.update(**changes):
            raise _too_late(job)
        record(source, action, "job", job.title, job=str(job.public_id), items=job.total)
        transaction.on_commit(partial(messages.send, job.pk, timezone.now()))
    job.refresh_from_db()


def _too_late(job: Job) -> TooLate:
    now = Job.objects.filter(pk=job.pk).first()
    if now is None or now.state == State.DRAFT:
        return TooLate("This job was discarded.")
    return TooLate(f"This job is {now.get_state_display().lower()} by now.")
