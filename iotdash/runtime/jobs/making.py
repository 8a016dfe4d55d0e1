"""Making a job: its items are written, and nothing happens before it is confirmed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from iotdash.audit.services import Source
from iotdash.lib import batches
from iotdash.lib.inserting import insert
from iotdash.runtime.jobs.disposing import dispose
from iotdash.runtime.jobs.kinds import Outcome
from iotdash.runtime.models import Job, JobItem

MOST_ITEMS = 50_000
# A name in `Job.forecast`: what people see of the job beside its title, as (label, text).
TOLD = "told"
Told = Sequence[tuple[str, str]]
_AT_ONCE = 250
_WRITTEN = ("position", "subject", "target", "group", "given", "state", "sentence", "settled_at")


class TooMany(Exception):
    """More items than a job takes; the message is for people."""

    def __init__(self) -> None:
        super().__init__(f"A job takes {MOST_ITEMS:,} at most. Narrow the filter, and do the rest in another job.")


@dataclass(frozen=True)
class Draft:
    """An item to be. `outcome` for one that is left out from the start, with the reason."""

    subject: str
    target: int | None = None
    group: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    outcome: Outcome | None = None


def rehearse(
    source: Source,
    kind: str,
    title: str,
    drafts: Iterable[Draft],
    *,
    parameters: Mapping[str, Any] | None = None,
    stop_after: int | None = None,
    forecast: Callable[[], Mapping[str, Any]] = dict,
    form_key: UUID | None = None,
) -> Job:
    """A job that waits to be confirmed; the same form sent twice gives the same one. Raises TooMany.

    `forecast` is called after all drafts were taken. The items are written some at a time, so that nobody waits for
    the database; what is left behind by a kill nobody sees.
    """
    earlier = _of_form(source, form_key)
    return earlier or _rehearsed(_draft(source, kind, title, parameters, stop_after), drafts, forecast, form_key)


def _of_form(source: Source, form_key: UUID | None) -> Job | None:
    return Job.objects.filter(organization=source.organization, form_key=form_key).first() if form_key else None


def _draft(source: Source, kind: str, title: str, parameters: Mapping[str, Any] | None, stop_after: int | None) -> Job:
    return Job.objects.create(
        organization=source.organization,
        kind=kind,
        title=title[:200],
        parameters=dict(parameters or {}),
        state=Job.State.DRAFT,
        stop_after=stop_after,
        asked_by=source.actor,
        asked_from=source.address,
        asked_via=source.via,
    )


def _rehearsed(
    job: Job, drafts: Iterable[Draft], forecast: Callable[[], Mapping[str, Any]], form_key: UUID | None
) -> Job:
    try:
        job.total = _write(job, drafts)
    except TooMany:
        dispose(job)
        raise
    job.forecast, job.form_key, job.state = dict(forecast()), form_key, Job.State.REHEARSED
    try:
        with transaction.atomic():
            job.save(update_fields=["total", "forecast", "form_key", "state"])
    except IntegrityError:
        dispose(job)
        return Job.objects.get(organization=job.organization, form_key=form_key)
    return job


def _write(job: Job, drafts: Iterable[Draft]) -> int:
    written, now = 0, timezone.now()
    for batch in batches.of(drafts, _AT_ONCE):
        if written + len(batch) > MOST_ITEMS:
            raise TooMany
        insert(JobItem, {"job": job.pk}, _WRITTEN, (_row(*each, now) for each in enumerate(batch, written + 1)))
        written += len(batch)
    return written


def _row(position: int, draft: Draft, now: datetime) -> tuple[Any, ...]:
    """Of _WRITTEN."""
    what = (position, draft.subject[:200], draft.target, draft.group, dict(draft.given))
    if draft.outcome is None:
        return (*what, JobItem.State.WAITING, "", None)
    return (*what, draft.outcome.state, draft.outcome.sentence[:500], now)
