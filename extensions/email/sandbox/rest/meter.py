"""The call rate of an API key: so many calls in each minute of the clock."""

from __future__ import annotations

from threading import Lock

WINDOW_S = 60


class RateMeter:
    """Counts the calls of the minute; refused calls do not count."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counted: dict[str, tuple[int, int]] = {}

    def admits(self, name: str, now: float, limit: int) -> bool:
        """Whether one more call may pass now; counts it if so. `limit` 0 lets everything pass."""
        window = int(now // WINDOW_S)
        with self._lock:
            counted_in, calls = self._counted.get(name, (window, 0))
            calls = calls if counted_in == window else 0
            if limit and calls >= limit:
                return False
            self._counted[name] = (window, calls + 1)
            return True

    def headers(self, name: str, now: float, limit: int) -> dict[str, str]:
        """`X-RateLimit-*` as of now; none without a limit."""
        if not limit:
            return {}
        window = int(now // WINDOW_S)
        counted_in, calls = self._counted.get(name, (window, 0))
        left = max(0, limit - (calls if counted_in == window else 0))
        return rate_headers(limit, left, (window + 1) * WINDOW_S)


def rate_headers(limit: int, left: int, reset: int) -> dict[str, str]:
    """`reset` in Unix seconds."""
    return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": str(reset)}
