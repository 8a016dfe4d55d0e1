"""How far jobs are."""

from collections import Counter

from django.db.models import Count

from iotdash.runtime.models import Job, JobItem

ItemState = JobItem.State
# What a job is stopped for, if there is too much of it.
ERRORS = (ItemState.FAILED, ItemState.UNKNOWN)
OPEN = (ItemState.WAITING, ItemState.UNDER_WAY)


def by_state(job: Job) -> Counter[JobItem.State]:
    if job.counts:
        return kept(job)
    found = job.items.order_by().values_list("state").annotate(Count("pk"))
    return Counter({ItemState(state): count for state, count in found})


def kept(job: Job) -> Counter[JobItem.State]:
    """As counted when it ended; nothing before."""
    return Counter({ItemState(state): count for state, count in job.counts.items()})


def errors(job: Job) -> int:
    return job.items.filter(state__in=ERRORS).count()
