from celery import shared_task

from iotdash.runtime import sweep


@shared_task(name="runtime.sweep")
def run_sweep() -> None:
    sweep.run()
