"""The web process: `gunicorn iotdash.wsgi` reads this file by itself. The worker count is WEB_CONCURRENCY."""

import os
import sys

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 10
keepalive = 30
# Bookmarks of the REST API carry the texts that a list is sorted by: 500 characters of any script must fit.
limit_request_line = 8190
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - a disk may stall the heartbeat
control_socket_disable = True


def post_worker_init(worker) -> None:
    """Refuses to serve with an unsafe configuration, and imports every page before the first request."""
    from django.core.management.base import SystemCheckError
    from django.db import connections
    from gunicorn.arbiter import Arbiter

    from iotdash.serving import refuse_unsafe, settle_memory

    try:
        refuse_unsafe()
    except SystemCheckError as error:
        worker.log.critical("%s", error)
        # Any other exit code, and gunicorn would start it over and over.
        sys.exit(Arbiter.WORKER_BOOT_ERROR)
    # Requests are served by other threads, with connections of their own.
    connections.close_all()
    settle_memory()
