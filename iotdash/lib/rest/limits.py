"""How many requests a caller may send in a second, and how many keys an address may try in a minute.

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
    used = _count(caller, second, 5)
    allowance = Allowance(limit, used, second + 1)
    if used > limit:
        words = f"More than {limit} requests in a second. Ask again in a second."
        raise RestError(429, Problem(TOO_MANY, words, [str(limit)]), headers={**allowance.headers, "Retry-After": "1"})
    return allowance


def take_refusal(address: str | None) -> None:
    """Counts a key that lets nobody in, by where it came from. Raises RestError 429 for one too many in a minute."""
    limit = settings.IOTDASH_REST_REFUSED_PER_MINUTE
    now = int(time.time())
    if limit and _count(f"refused:{address}", now // 60, 120) > limit:
        words = f"More than {limit} API keys or tokens in a minute that let nobody in. Check them, and ask again later."
        wait = str(60 - now % 60)
        raise RestError(429, Problem(TOO_MANY, words, [str(limit)]), headers={"Retry-After": wait})


def _count(name: str, window: int, seconds: int) -> int:
    return _shared(name, window, seconds) if settings.REDIS_URL else _own(name, window)


def _own(name: str, window: int) -> int:
    with _lock:
        if len(_counts) >= _MOST_CALLERS:
            _counts.clear()
        began, count = _counts.get(name, (window, 0))
        count = count + 1 if began == window else 1
        _counts[name] = (window, count)
        return count


def _shared(name: str, window: int, seconds: int) -> int:
    key = f"rest:{name}:{window}"
    return 1 if cache.add(key, 1, timeout=seconds) else cache.incr(key)
