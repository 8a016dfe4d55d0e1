"""Waiting for an operation or a check to settle: not for long, and not by many at once.

Whoever waits keeps a thread of the web process, which then answers nobody else.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.conf import settings

from extensions.core.models import ConnectionCheck, ExtensionConfig, Operation

PAUSE_SECONDS = 0.2
MOST_OF_A_CALLER = 2
_lock = threading.Lock()
_waiting: Counter[str] = Counter()


Asked = TypeVar("Asked", Operation, ConnectionCheck)


def until_settled(asked: Asked, caller: str) -> Asked:
    """As it is when it settled, stands still, or has been waited for long enough; at once where too many wait."""
    with _place(caller) as granted:
        end = time.monotonic() + (settings.IOTDASH_REST_WAIT_SECONDS if granted else 0)
        while not asked.settled and time.monotonic() < end and _may_go_on(asked):
            time.sleep(PAUSE_SECONDS)
            asked.refresh_from_db()
    return asked


def _may_go_on(asked: Operation | ConnectionCheck) -> bool:
    """An operation stays queued when credentials were refused, or somebody paused it; a check is made all the same."""
    return isinstance(asked, ConnectionCheck) or ExtensionConfig.objects.callable().filter(pk=asked.config_id).exists()


@contextmanager
def _place(caller: str) -> Iterator[bool]:
    with _lock:
        granted = _waiting.total() < settings.IOTDASH_REST_WAITERS and _waiting[caller] < MOST_OF_A_CALLER
        _waiting[caller] += granted
    try:
        yield granted
    finally:
        with _lock:
            _waiting[caller] -= granted
            if not _waiting[caller]:
                del _waiting[caller]
