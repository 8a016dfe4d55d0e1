"""What is left of a job that was cancelled: nothing of it is begun any more.

A few rows at a time, so that nobody waits for the database; and it may be done again, after whoever did it was killed.
"""

from django.utils import timezone

from iotdash.lib import batches
from iotdash.runtime.jobs import kinds
from iotdash.runtime.models import Job, JobItem

_AT_ONCE = 500


def undo(job: Job) -> int:
    """Cancels what waits, and takes back what did not go out; how many of the former there were."""
    cancelled = _cancel_waiting(job)
    _take_back(job)
    return cancelled


def _cancel_waiting(job: Job) -> int:
    waiting = job.items.filter(state=JobItem.State.WAITING)
    changes = {"state": JobItem.State.CANCELLED, "sentence": "Cancelled before it was begun."}
    cancelled = 0
    while keys := list(waiting.values_list("pk", flat=True)[:_AT_ONCE]):
        cancelled += waiting.filter(pk__in=keys).update(settled_at=timezone.now(), **changes)
    return cancelled


def _take_back(job: Job) -> None:
    kind = kinds.kind_of(job)
    under_way = job.items.filter(state=JobItem.State.UNDER_WAY)
    for batch in batches.of_rows(under_way, _AT_ONCE, by="position") if kind else ():
        kind.take_back(job, batch)
