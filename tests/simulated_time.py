"""Threads in simulated time: one runs while the others sleep; when all sleep, the clock jumps to the next to wake.

So many threads, long sleeps and their order can be had in a moment, and the same each time. Threads share the
database connection of whoever made the world.
"""

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connections


class Stopped(BaseException):
    """The world is over; ends its threads wherever they sleep."""


class SimulatedTime:
    """`move_clock` is told each new moment. `run` ends when nothing wakes any more before its end."""

    def __init__(self, began: datetime, move_clock: Callable[[datetime], None]) -> None:
        self.now = began.timestamp()
        self.failure: BaseException | None = None
        self._move_clock = move_clock
        self._sleepers: list[tuple[float, int, threading.Event]] = []
        self._order, self._all_sleep, self._over = itertools.count(), threading.Event(), False
        self._threads: list[threading.Thread] = []
        self._connection = connections["default"]

    def sleep(self, seconds: float) -> None:
        """Called in a thread of this world."""
        mine = self._at(self.now + max(seconds, 0))
        self._all_sleep.set()
        self._wait(mine)

    def start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._live, args=(work, self._at(self.now)), daemon=True)
        self._threads.append(thread)
        thread.start()

    def run(self, seconds: float) -> None:
        """Lets so much time pass. Raises what a thread raised."""
        until = self.now + seconds
        self._connection.inc_thread_sharing()
        try:
            while self._sleepers and self._sleepers[0][0] <= until and not self.failure:
                self._wake(*heapq.heappop(self._sleepers))
        finally:
            self._connection.dec_thread_sharing()
        if self.failure:
            raise self.failure

    def stop(self) -> None:
        self._over = True
        for _, _, event in self._sleepers:
            event.set()
        for thread in self._threads:
            thread.join()

    def _at(self, moment: float) -> threading.Event:
        event = threading.Event()
        heapq.heappush(self._sleepers, (moment, next(self._order), event))
        return event

    def _wake(self, moment: float, _: int, event: threading.Event) -> None:
        self.now = moment
        self._move_clock(datetime.fromtimestamp(moment, UTC))
        self._all_sleep.clear()
        event.set()
        self._all_sleep.wait()

    def _wait(self, event: threading.Event) -> None:
        event.wait()
        if self._over:
            raise Stopped

    def _live(self, work: Callable[[], None], begins: threading.Event) -> None:
        connections["default"] = self._connection
        try:
            self._wait(begins)
            work()
        except Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - raised again by run()
            self.failure = error
        finally:
            self._all_sleep.set()
