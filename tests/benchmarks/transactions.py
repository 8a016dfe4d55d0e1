"""How long transactions take that write: on SQLite nobody else writes meanwhile."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

_READING = ("SELECT", "SAVEPOINT", "RELEASE")


class Transactions:
    """`longest`: seconds from the first statement that writes to the end of its transaction."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._since: float | None = None

    @contextmanager
    def timed(self) -> Iterator[None]:
        commit = BaseDatabaseWrapper.commit

        def committed(wrapper: BaseDatabaseWrapper) -> None:
            commit(wrapper)
            self._end()

        BaseDatabaseWrapper.commit = committed
        try:
            with connection.execute_wrapper(self._note):
                yield
        finally:
            BaseDatabaseWrapper.commit = commit

    def _note(self, execute, sql, params, many, context):
        if self._since is None and not sql.startswith(_READING):
            self._since = time.monotonic()
        try:
            return execute(sql, params, many, context)
        finally:
            if not connection.in_atomic_block:
                self._end()

    def _end(self) -> None:
        if self._since is not None:
            self.longest = max(self.longest, time.monotonic() - self._since)
        self._since = None
