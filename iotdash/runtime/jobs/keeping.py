"""How long jobs are kept."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from iotdash.runtime.jobs.disposing import dispose
from iotdash.runtime.models import Job

NOT_CONFIRMED_FOR = timedelta(days=1)
ENDED_FOR = timedelta(days=90)
# No rehearsal takes that long: whoever wrote it was killed.
DRAFTED_FOR = timedelta(hours=1)
# Each has up to some ten thousand items; the next sweep takes the next ones.
_AT_ONCE = 5


def forget_old() -> None:
    """Due-finder."""
    now = timezone.now()
    for rows in (
        Q(state=Job.State.REHEARSED, asked_at__lt=now - NOT_CONFIRMED_FOR),
        Q(ended_at__lt=now - ENDED_FOR),
        Q(state=Job.State.DRAFT, asked_at__lt=now - DRAFTED_FOR),
    ):
        for job in Job.objects.filter(rows)[:_AT_ONCE]:
            # Unless somebody confirmed it at this moment.
            if Job.objects.filter(rows, pk=job.pk).update(state=Job.State.DRAFT):
                dispose(job)
