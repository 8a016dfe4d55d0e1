"""A runner's hold of a lane, and the slot that each call takes."""

import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from socket import socket
from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.utils import timezone

from extensions.core.lanes import counting, pace
from extensions.core.models import Lane, Purpose
from iotdash.lib.outbound import CallRecord, GuardedSession, Witness, conversation, policy_from_settings
from iotdash.runtime import leases

if TYPE_CHECKING:
    from extensions.core.lanes.work import Work

# Longer than any call may take (the session's total timeout), so that a living runner never loses its lease in one.
LEASE_SECONDS = 20
# A lease that was renewed so lately is not renewed again: it still outlasts the longest call, on clocks that differ.
FRESH_SECONDS = 1

pause: Callable[[float], None] = time.sleep


class LaneLost(Exception):
    """The lease went to somebody else before a call; nothing was sent."""


class Turn:
    """A runner's hold of a lane. `calls` counts the calls for which a slot was taken, `done` the pieces of work."""

    def __init__(self, lane_id: int) -> None:
        self.lane_id = lane_id
        self.holder = uuid.uuid4().hex
        self.calls = self.done = 0
        self.purpose, self.config_id = Purpose.BACKGROUND, 0
        self._held_since: float | None = None
        self._lane: Lane | None = None

    @property
    def lane(self) -> Lane:
        """The lane as last read, with the calls that this turn made since."""
        if self._lane is None:
            self._lane = Lane.objects.get(pk=self.lane_id)
        return self._lane

    def look(self) -> Lane | None:
        """Reads the lane again: others may have shut it, or given it another rate. None if it is gone."""
        self._lane = Lane.objects.filter(pk=self.lane_id).first()
        return self._lane

    def hold(self) -> bool:
        """Takes the lease, and renews it after that: a lane that somebody else had meanwhile is lost for good."""
        name, now = f"lane {self.lane_id}", timezone.now().timestamp()
        if self._held_since is None:
            held = leases.acquire(name, self.holder, LEASE_SECONDS)
        elif 0 <= now - self._held_since < FRESH_SECONDS:
            return True
        else:
            held = leases.renew(name, self.holder, LEASE_SECONDS)
        if held:
            self._held_since = now
        return held

    def release(self) -> None:
        leases.release(f"lane {self.lane_id}", self.holder)

    def do(self, work: "Work") -> None:
        """Does a piece of work; its calls are counted for its purpose."""
        self.purpose, self.config_id = work.purpose, work.config_id
        self.done += 1
        work.run(self)

    def session(self, witness: Witness | None = None) -> GuardedSession:
        """A session whose every call takes a slot of this lane first; `witness` records it for diagnostics."""
        hooks = {"before_call": self.take_slot, "after_call": self.note_answer, "witness": witness}
        return GuardedSession(policy_from_settings(), **hooks)

    def connect(self, host: str, port: int) -> AbstractContextManager[socket]:
        """A guarded socket for a conversation that takes a slot of this lane, as a call of the session does."""
        return conversation(host, port, policy_from_settings(), before=self.take_slot, after=self.note_answer)

    def slot_in(self) -> float:
        """Seconds until the account's rate allows a call."""
        return pace.wait(self.lane.recent_calls, self.lane.per_second, timezone.now().timestamp())

    def take_slot(self) -> None:
        """Renews the lease and waits until the account's rate allows a call. Raises LaneLost."""
        try:
            self._take_slot()
        except (DatabaseError, Lane.DoesNotExist) as error:
            raise LaneLost from error
        self.calls += 1

    def _take_slot(self) -> None:
        wait = self.slot_in()
        if wait > 0:
            pause(wait)
        if not self.hold():
            raise LaneLost
        lane, now = self.lane, timezone.now().timestamp()
        lane.recent_calls = pace.with_call(lane.recent_calls, lane.per_second, now)
        if self.purpose.limited:
            lane.limited_calls = pace.limited_with_call(lane.limited_calls, now)

    def note_answer(self, call: CallRecord) -> None:
        """The provider counted the call at some moment before its answer, so the next window starts at the answer.

        What is known of the call is worth more than its time and its count, so a database that is away is no failure.
        A runner that is killed before it notes the call leaves the lane shut for longer than any window: by its lease.
        """
        now = timezone.now()
        self.lane.recent_calls[-1] = now.timestamp()
        with suppress(DatabaseError):
            self._write(now, call)
            if call.sent:
                counting.note_call(self.lane_id, now, self.purpose, self.config_id)

    def _write(self, now: datetime, call: CallRecord) -> None:
        limited = {"limited_calls": self.lane.limited_calls} if self.purpose.limited else {}
        Lane.objects.filter(pk=self.lane_id).update(
            recent_calls=self.lane.recent_calls,
            last_call_at=now,
            last_call_seconds=call.seconds,
            last_purpose=self.purpose.value if call.sent else "",
            last_config_id=self.config_id,
            jobs_in_a_row=self._jobs_in_a_row(),
            **limited,
        )

    def _jobs_in_a_row(self) -> int:
        if self.purpose is Purpose.JOBS:
            self.lane.jobs_in_a_row += 1
        elif self.purpose.rank > Purpose.JOBS.rank:
            self.lane.jobs_in_a_row = 0
        return self.lane.jobs_in_a_row
