"""The messages that make a worker look at a job. The row says when; a lost message is sent again by the sweep."""

from datetime import datetime, timedelta

from django.utils import timezone

from iotdash.lib import broker
from iotdash.runtime.models import Job

# Brokers deliver messages for hours ahead badly, and lose them: what is due later is left to the sweep.
FARTHEST_MESSAGE = timedelta(seconds=60)


def send(job_id: int, at: datetime, *, state: str = "") -> None:
    """Has the job looked at then; with `state`, only if it is still in it. Only the newest message counts."""
    jobs = Job.objects.filter(pk=job_id, ended_at=None)
    if (jobs.filter(state=state) if state else jobs).update(next_at=at):
        _send(job_id, at)


def send_due() -> None:
    """Due-finder: messages that were lost, and those that were left to the sweep."""
    for job_id, at in Job.objects.filter(next_at__lte=timezone.now()).values_list("pk", "next_at"):
        _send(job_id, at)


def _send(job_id: int, at: datetime) -> None:
    from iotdash.runtime.tasks import run_job

    wait = at - timezone.now()
    if wait <= FARTHEST_MESSAGE:
        broker.send(run_job, job_id, at.isoformat(), countdown=max(wait.total_seconds(), 0))
