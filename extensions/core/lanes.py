"""Lanes: the single queue through which all calls to one external account pass, across organizations.

A runner holds the lane's lease, does the next piece of due work, and takes a slot for each HTTP call. Work comes from
sources; people's work comes before background work because sources are asked in that order and sort so themselves.
Rows are the truth: the Celery message only says "look at this lane", and the sweep sends it again if it was lost.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from django.db import DatabaseError
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from extensions.core.contract import CannotConnect, LanePolicy, ProviderError, QuotaSpent, Throttled
from extensions.core.models import Lane
from iotdash.lib.outbound import CallRecord, GuardedSession, policy_from_settings
from iotdash.runtime import leases

# Longer than any call may take (the session's total timeout), so that a living runner never loses its lease in one.
LEASE_SECONDS = 20
# After this the runner gives its thread to another lane and queues itself again: fair with many accounts.
SLICE_SECONDS = 5
# A message that has not been received so long after it was due is taken for lost.
MESSAGE_LOST_AFTER = timedelta(seconds=30)
# What is due later is left to the sweep: brokers deliver messages for hours ahead badly, and lose them.
FARTHEST_MESSAGE = timedelta(seconds=60)
BREAKER_OPENS_AFTER = 3
LONGEST_PAUSE = 300
# A provider that says when to come back is believed, within reason.
LONGEST_WISH = 24 * 3600

logger = logging.getLogger(__name__)

pause: Callable[[float], None] = time.sleep


class LaneLost(Exception):
    """The lease went to somebody else before a call; nothing was sent."""


class Turn:
    """A runner's hold of a lane. `calls` counts the calls for which a slot was taken."""

    def __init__(self, lane_id: int) -> None:
        self.lane_id = lane_id
        self.holder = uuid.uuid4().hex
        self.calls = 0
        self._held = False
        self._recent: list[float] = []

    def hold(self) -> bool:
        """Takes the lease, and renews it after that: a lane that somebody else had meanwhile is lost for good."""
        name = f"lane {self.lane_id}"
        if self._held:
            return leases.renew(name, self.holder, LEASE_SECONDS)
        self._held = leases.acquire(name, self.holder, LEASE_SECONDS)
        return self._held

    def release(self) -> None:
        leases.release(f"lane {self.lane_id}", self.holder)

    def session(self) -> GuardedSession:
        """A session whose every call takes a slot of this lane first."""
        return GuardedSession(policy_from_settings(), before_call=self.take_slot, after_call=self.note_answer)

    def take_slot(self) -> None:
        """Renews the lease and waits until the account's rate allows a call. Raises LaneLost."""
        try:
            self._take_slot()
        except (DatabaseError, Lane.DoesNotExist) as error:
            raise LaneLost from error
        self.calls += 1

    def _take_slot(self) -> None:
        lane = Lane.objects.get(pk=self.lane_id)
        burst = max(1, int(lane.per_second))
        window = burst / lane.per_second
        recent = lane.recent_calls[-burst:]
        wait = recent[0] + window - timezone.now().timestamp() if len(recent) == burst else 0
        if wait > 0:
            # Never longer than one window, also when the clock was set back.
            pause(min(wait, window))
        if not self.hold():
            raise LaneLost
        self._recent = [*recent, timezone.now().timestamp()][-burst:]
        self._write_recent()

    def note_answer(self, call: CallRecord) -> None:
        """The provider counted the call at some moment before its answer, so the next window starts at the answer."""
        self._recent[-1] = timezone.now().timestamp()
        with suppress(DatabaseError):
            # What is known of the call is worth more than its time, which was noted when it began.
            self._write_recent()

    def _write_recent(self) -> None:
        Lane.objects.filter(pk=self.lane_id).update(recent_calls=self._recent, last_call_at=timezone.now())


Work = Callable[[Turn], None]


class WorkSource(Protocol):
    """Where a lane's work comes from. Registered at start-up; asked in the order of registration."""

    def next(self, lane_id: int, now: datetime) -> Work | None: ...

    def next_due_at(self, lane_id: int) -> datetime | None: ...

    def due_lanes(self, now: datetime) -> Iterable[int]: ...

    def recover(self, lane_id: int) -> None:
        """Takes back work that a killed runner left unfinished."""


_sources: list[WorkSource] = []


def register_source(source: WorkSource) -> None:
    if source not in _sources:
        _sources.append(source)


def throwaway(policy: LanePolicy) -> Lane:
    """A lane of its own for credentials that nothing has proved yet: a wrong guess must not join somebody's account."""
    return Lane.objects.create(key=f"unproved {uuid.uuid4()}", per_second=policy.per_second)


def of_account(account_digest: str, policy: LanePolicy) -> Lane:
    lane, _ = Lane.objects.update_or_create(key=account_digest, defaults={"per_second": policy.per_second})
    return lane


def carry_over(old: Lane, new: Lane) -> None:
    """Work moves to another lane of the same account: what was called lately counts there too."""
    if old.pk == new.pk:
        return
    calls = Lane.objects.filter(pk__in=(old.pk, new.pk)).values_list("recent_calls", flat=True)
    Lane.objects.filter(pk=new.pk).update(recent_calls=sorted(at for each in calls for at in each))


def wake(lane_id: int, at: datetime | None = None) -> None:
    """Sends the message for a lane, unless one is on its way that is due by then."""
    now = timezone.now()
    at = max(at or now, now)
    if at - now > FARTHEST_MESSAGE:
        return
    unsent = Q(message_due_at=None) | Q(message_due_at__gt=at) | Q(message_due_at__lt=now - MESSAGE_LOST_AFTER)
    if Lane.objects.filter(unsent, pk=lane_id).update(message_due_at=at):
        _send_message(lane_id, (at - now).total_seconds())


def _send_message(lane_id: int, seconds: float) -> None:
    from extensions.core.tasks import run_lane

    try:
        run_lane.apply_async((lane_id,), countdown=seconds or None)
    except BrokerAway as error:
        # The row is saved and is the truth; the sweep sends the message once there is a broker again.
        Lane.objects.filter(pk=lane_id).update(message_due_at=None)
        logger.warning("no message for lane %s: %s", lane_id, error)


def wake_due() -> None:
    """Due-finder: sends a message for every lane that has work to do now."""
    now = timezone.now()
    due = {lane_id for source in _sources for lane_id in source.due_lanes(now)}
    blocked = Lane.objects.filter(pk__in=due, blocked_until__gt=now).values_list("pk", flat=True)
    for lane_id in sorted(due.difference(blocked)):
        wake(lane_id)


def run(lane_id: int) -> None:
    """Does the lane's due work for a slice of time. A second runner of the same lane leaves at once."""
    Lane.objects.filter(pk=lane_id).update(message_due_at=None)
    turn = Turn(lane_id)
    if not turn.hold():
        return
    try:
        for source in _sources:
            source.recover(lane_id)
        _work_through(turn)
    finally:
        turn.release()
    _plan_next(lane_id)


def _work_through(turn: Turn) -> None:
    until = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < until and turn.hold():
        work = _next_work(turn.lane_id)
        if work is None:
            return
        work(turn)


def _next_work(lane_id: int) -> Work | None:
    now = timezone.now()
    lane = Lane.objects.filter(pk=lane_id).first()
    if lane is None or (lane.blocked_until and lane.blocked_until > now):
        return None
    return next(filter(None, (source.next(lane_id, now) for source in _sources)), None)


def _plan_next(lane_id: int) -> None:
    lane = Lane.objects.filter(pk=lane_id).first()
    due = [at for at in (source.next_due_at(lane_id) for source in _sources) if at]
    if lane and due:
        wake(lane_id, max(min(due), lane.blocked_until or min(due)))


# --- What calls tell about the account ---------------------------------------------------------------------------


def note_success(lane_id: int) -> bool:
    """Opens the lane. True if it had been shut or shaky."""
    shaky = Lane.objects.filter(pk=lane_id).exclude(block="", failures=0)
    return bool(shaky.update(block="", blocked_until=None, failures=0))


def note_failure(lane_id: int, error: ProviderError) -> None:
    """Shuts the lane after throttling, a spent quota, or several failures in a row; every worker sees it."""
    Lane.objects.filter(pk=lane_id).update(failures=F("failures") + 1)
    failures = Lane.objects.values_list("failures", flat=True).get(pk=lane_id)
    block, until = _block(error, failures)
    if block:
        Lane.objects.filter(pk=lane_id).update(block=block, blocked_until=until)


def _block(error: ProviderError, failures: int) -> tuple[str, datetime | None]:
    now = timezone.now()
    if isinstance(error, QuotaSpent):
        return Lane.Block.QUOTA_SPENT, error.until
    if isinstance(error, Throttled):
        seconds = min(error.retry_after or 0, LONGEST_WISH) or min(10 * failures, LONGEST_PAUSE)
        return Lane.Block.THROTTLED, now + timedelta(seconds=seconds)
    if failures >= BREAKER_OPENS_AFTER or (isinstance(error, CannotConnect) and failures > 1):
        seconds = min(10 * 2 ** (failures - 2), LONGEST_PAUSE)
        return Lane.Block.UNREACHABLE, now + timedelta(seconds=seconds)
    return Lane.Block.NONE, None


def try_now(lane_id: int) -> None:
    """A person asked: look again at once, unless the provider itself said to wait."""
    Lane.objects.filter(pk=lane_id, block=Lane.Block.UNREACHABLE).update(blocked_until=None)
