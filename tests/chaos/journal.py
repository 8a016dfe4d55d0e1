"""What an onlooker sees of the rows: every state that an operation was seen in, and when."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable

from django.db import DatabaseError, close_old_connections, connection
from django.db.models import Q

from extensions.core.models import Operation
from tests.chaos.people import Crowd

LOOK_EVERY_S = 0.2
# Rows of several web processes appear in another order than they were numbered in.
OUT_OF_ORDER = 200
Seen = tuple[float, str]


class Journal(threading.Thread):
    """Looks at unsettled writes again and again; one stays unknown for a second at least, so none is missed."""

    def __init__(self, crowd: Crowd) -> None:
        super().__init__(name="journal", daemon=True)
        self._crowd = crowd
        self._open: set[int] = set()
        self._settled: set[int] = set()
        self._newest = 0
        self.seen: dict[str, list[Seen]] = defaultdict(list)
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(LOOK_EVERY_S):
            try:
                self.look()
            except DatabaseError:
                close_old_connections()
        connection.close()

    def look(self) -> None:
        new = Q(pk__gt=self._newest - OUT_OF_ORDER)
        writes = Operation.objects.exclude(kind="read")
        rows = [row for row in writes.filter(new | Q(pk__in=self._open)) if row.pk not in self._settled]
        now = time.time()
        for row in rows:
            self._note(row, now)
        self._open = {row.pk for row in rows if not row.settled}
        self._settled |= {row.pk for row in rows if row.settled}
        self._newest = max([self._newest, *(row.pk for row in rows)])
        self._crowd.settled = len(self._settled)

    def _note(self, row: Operation, now: float) -> None:
        state = f"{row.state}, settled" if row.settled else row.state
        seen = self.seen[str(row.form_key)]
        if not seen or seen[-1][1] != state:
            seen.append((now, state))


def exists_for(keys: Iterable[str]) -> bool:
    """Whether one of these forms, still unanswered, has its row."""
    keys = list(keys)
    return bool(keys) and Operation.objects.filter(form_key__in=keys).exists()
