"""Deleting jobs with their items, a few rows at a time, so that nobody waits for the database."""

from iotdash.runtime.models import Job, JobItem

_AT_ONCE = 1_000


def dispose(job: Job) -> None:
    """Of a draft: what is left of it after a kill is disposed of by the sweep."""
    items = job.items.order_by("position").values_list("pk", flat=True)
    while keys := list(items[:_AT_ONCE]):
        JobItem.objects.filter(pk__in=keys).delete()
    job.delete()
