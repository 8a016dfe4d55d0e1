"""Waiting for an operation or a check to settle: not for long, and not by many at once.

Whoever waits keeps a thread of the web process, which then answers nobody else.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from extensions.core.models import ConnectionCheck, ExtensionConfig, Operation
from iotdash.lib.rest import problems

PAUSE_SECONDS = 0.2
MOST_OF_A_CALLER = 2
_lock = threading.Lock()
_waiting: Counter[str] = Counter()


Asked = TypeVar("Asked", Operation, ConnectionCheck)


def until_settled(asked: Asked, caller: str) -> Asked:
    """As it is when it settled, stands still, or has been waited for long enough; at once where too many wait.

    Raises RestError 404 when it is removed meanwhile.
    """
    with _place(caller) as granted:
        end = time.monotonic() + (settings.IOTDASH_REST_WAIT_SECONDS if granted else 0)
        while not asked.settled and (left := end - time.monotonic()) > 0 and _may_go_on(asked, left):
            time.sleep(PAUSE_SECONDS)
            _read_again(asked)
    return asked


def _read_again(asked: Asked) -> None:
    try:
        asked.refresh_from_db()
    except type(asked).DoesNotExist:
        raise problems.not_found("What was asked about was removed meanwhile.") from None


def _may_go_on(asked: Operation | ConnectionCheck, seconds: float) -> bool:
    """Whether it may settle within so many seconds.

    An operation stays queued when credentials were refused, somebody paused it, or the account is left alone for
    longer. A check is made all the same.
    """
    if isinstance(asked, ConnectionCheck):
        return True
    shut = Q(lane__blocked_until__gt=timezone.now() + timedelta(seconds=seconds))
    return ExtensionConfig.objects.callable().filter(~shut, pk=asked.config_id).exists()


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
