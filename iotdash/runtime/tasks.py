from datetime import datetime

from celery import shared_task

from iotdash.runtime import sweep
from iotdash.runtime.jobs import running


@shared_task(name="runtime.sweep")
def run_sweep() -> None:
    sweep.run()


@shared_task(name="runtime.run_job")
def run_job(job_id: int, due_at: str) -> None:
    running.receive(job_id, datetime.fromisoformat(due_at))
