"""How long jobs are kept."""

from datetime import timedelta

from django.utils import timezone

from iotdash.runtime.models import Job

NOT_CONFIRMED_FOR = timedelta(days=1)
ENDED_FOR = timedelta(days=90)
# Each has up to some ten thousand items; the next sweep takes the next ones.
_AT_ONCE = 5


def forget_old() -> None:
    """Due-finder."""
    now = timezone.now()
    left = Job.objects.filter(state=Job.State.REHEARSED, asked_at__lt=now - NOT_CONFIRMED_FOR)
    ended = Job.objects.filter(ended_at__lt=now - ENDED_FOR)
    for rows in (left, ended):
        Job.objects.filter(pk__in=[*rows.values_list("pk", flat=True)[:_AT_ONCE]]).delete()
