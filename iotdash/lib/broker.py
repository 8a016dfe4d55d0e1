"""Messages to workers, where a row says what is due: one that cannot be sent is not missed for long."""

import logging
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def send(task: Task, *args: Any, countdown: float = 0) -> bool:
    """False, with a line in the log, if the broker is away: the sweep finds the row and sends another message.

    `countdown`: seconds until it is due.
    """
    try:
        task.apply_async(args, countdown=countdown or None)
    except (OperationalError, OSError) as error:
        # A broker in files has a disk that may be full.
        logger.warning("no message for %s %s: %s", task.name, args, error)
        return False
    return True
