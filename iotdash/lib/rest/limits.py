"""How many requests a caller may send in a second.

Counted in Redis for all processes together where there is one; otherwise each web process counts its own.
"""

import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from iotdash.lib.rest.problems import TOO_MANY, Problem, RestError

_lock = threading.Lock()
_counts: dict[str, tuple[int, int]] = {}
_MOST_CALLERS = 10_000


@dataclass(frozen=True)
class Allowance:
    """Of this second. `reset` is its end, in seconds since 1970."""

    limit: int
    used: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "X-RateLimit-Reset": str(self.reset),
        }


def take(caller: str) -> Allowance | None:
    """Counts one request; None where requests are not limited. Raises RestError 429 for one too many."""
    limit = settings.IOTDASH_REST_PER_SECOND
    if not limit:
        return None
    second = int(time.time())
    used = _shared(caller, second) if settings.REDIS_URL else _own(caller, second)
    allowance = Allowance(limit, used, second + 1)
    if used > limit:
        words = f"More than {limit} requests in a second. Ask again in a second."
        raise RestError(429, Problem(TOO_MANY, words, [str(limit)]), headers={**allowance.headers, "Retry-After": "1"})
    return allowance


def _own(caller: str, second: int) -> int:
    with _lock:
        if len(_counts) >= _MOST_CALLERS:
            _counts.clear()
        began, count = _counts.get(caller, (second, 0))
        count = count + 1 if began == second else 1
        _counts[caller] = (second, count)
        return count


def _shared(caller: str, second: int) -> int:
    key = f"rest:{caller}:{second}"
    return 1 if cache.add(key, 1, timeout=5) else cache.incr(key)
