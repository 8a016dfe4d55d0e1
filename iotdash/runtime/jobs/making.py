"""Making a job: its items are written, and nothing happens before it is confirmed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from iotdash.audit.services import Source
from iotdash.runtime.jobs.kinds import Outcome
from iotdash.runtime.models import Job, JobItem

MOST_ITEMS = 50_000
_AT_ONCE = 2_000


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
) -> Job:
    """A job that waits to be confirmed. Raises TooMany and leaves nothing behind."""
    with transaction.atomic():
        job = Job.objects.create(
            organization=source.organization,
            kind=kind,
            title=title[:200],
            parameters=dict(parameters or {}),
            stop_after=stop_after,
            asked_by=source.actor,
            asked_from=source.address,
            asked_via=source.via,
        )
        job.total = _write(job, drafts)
        job.save(update_fields=["total"])
    return job


def forecast(job: Job, found: Mapping[str, Any]) -> None:
    """Keeps what the rehearsal found."""
    job.forecast = dict(found)
    job.save(update_fields=["forecast"])


def _write(job: Job, drafts: Iterable[Draft]) -> int:
    written, rest, now = 0, iter(drafts), timezone.now()
    while batch := list(islice(rest, _AT_ONCE)):
        if written + len(batch) > MOST_ITEMS:
            raise TooMany
        JobItem.objects.bulk_create(
            _item(job, position, draft, now) for position, draft in enumerate(batch, written + 1)
        )
        written += len(batch)
    return written


def _item(job: Job, position: int, draft: Draft, now: Any) -> JobItem:
    item = JobItem(job=job, position=position, subject=draft.subject[:200], target=draft.target, group=draft.group)
    item.given = dict(draft.given)
    if draft.outcome:
        item.state, item.sentence, item.settled_at = draft.outcome.state, draft.outcome.sentence[:500], now
    return item
