"""The sweep: every 15 s it asks each due-finder what is due, so that a lost task costs seconds, not work.

A due-finder is a function without arguments that finds rows whose time has come and enqueues a task for each
(or settles them itself when that is a single UPDATE). It may run twice at once, so it must be safe to repeat.
"""

import logging
from collections.abc import Callable

from django.utils import timezone

from iotdash.runtime.models import Heartbeat

logger = logging.getLogger(__name__)

DueFinder = Callable[[], None]
_due_finders: dict[str, DueFinder] = {}


def register_due_finder(name: str, find: DueFinder) -> None:
    """Called from AppConfig.ready()."""
    _due_finders[name] = find


def run() -> None:
    """Asks every due-finder. One that fails is logged and does not keep the others from being asked."""
    beat("sweep")
    for name, find in _due_finders.items():
        try:
            find()
        except Exception:
            logger.exception("due-finder %s failed", name)


def beat(name: str) -> None:
    """Notes a sign of life."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
