"""Background work. Tasks carry ids; rows are the truth and the sweep finds what a lost task left undone."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_ready
from django.core.management.base import SystemCheckError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotdash.settings")

app = Celery("iotdash")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def check_before_work(**known: Any) -> None:
    from django.db import connections

    from iotdash.serving import refuse_unsafe

    try:
        refuse_unsafe()
    except SystemCheckError as error:
        # Celery goes on after any other exception of a signal.
        raise SystemExit(str(error)) from None
    # Tasks run in other threads, with connections of their own.
    connections.close_all()


@worker_ready.connect
def sweep_at_once(**known: Any) -> None:
    """A worker that starts looks at once for what was left undone, instead of waiting for the next beat."""
    app.send_task("runtime.sweep", expires=15)
