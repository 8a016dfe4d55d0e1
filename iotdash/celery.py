"""Background work. Tasks carry ids; rows are the truth and the sweep finds what a lost task left undone."""

import os
from typing import Any

import click
from celery import Celery, bootsteps
from celery.beat import EmbeddedService
from celery.signals import worker_init, worker_ready
from django.core.management.base import SystemCheckError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotdash.settings")

app = Celery("iotdash")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class BeatThread(bootsteps.StartStopStep):
    """`worker --beat-thread`: what `--beat` does, in a thread of the worker. That saves a process of 60 MB."""

    def __init__(self, worker: Any, beat_thread: bool = False, **options: Any) -> None:
        super().__init__(worker, **options)
        self.enabled = beat_thread

    def create(self, worker: Any) -> Any:
        return EmbeddedService(worker.app, thread=True)


app.steps["worker"].add(BeatThread)
app.user_options["worker"].add(click.Option(["--beat-thread"], is_flag=True, help="Also send what is scheduled."))


@worker_init.connect
def check_before_work(**known: Any) -> None:
    from django.db import connections

    from iotdash.serving import refuse_unsafe, settle_memory

    try:
        refuse_unsafe()
    except SystemCheckError as error:
        # Celery goes on after any other exception of a signal.
        raise SystemExit(str(error)) from None
    # Tasks run in other threads, with connections of their own.
    connections.close_all()
    settle_memory()


@worker_ready.connect
def sweep_at_once(**known: Any) -> None:
    """A worker that starts looks at once for what was left undone, instead of waiting for the next beat."""
    app.send_task("runtime.sweep", expires=15)
