"""The call rate of an account, over all its users and transports."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(seconds=1)


class RateMeter:
    """Counts the calls let through in the last second; refused calls do not count."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def admits(self, account_id: str, now: datetime, limit: int) -> bool:
        """Whether one more call may pass now; counts it if so. `limit` 0 lets everything pass."""
        with self._lock:
            calls = self._calls[account_id]
            while calls and not now - WINDOW < calls[0] <= now:
                calls.popleft()
            if limit and len(calls) >= limit:
                return False
            calls.append(now)
            return True
