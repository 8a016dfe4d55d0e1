"""What calls tell about the account: when its lane shuts, and when it opens again.

Throttling: the account is left alone for as long as the provider says, else for 10, 20, 30 … seconds, more with each
failure in a row. A read is tried five times in all (`performing.sending`), a write only after reading back that it was
not performed. A spent quota shuts the lane until it is given back.

No connection, no answer, or nonsense: the second failure to connect or the third of any kind in a row shuts the lane
for 10, 20, 40 … seconds, at most for as long as the extension's `LanePolicy` says. A call that held its thread for long
shuts it at once, for twice that time at least: a silent account then takes a third of one thread at most, from the
first minute.

After the pause one piece of work is done as a probe, by one runner; if it fails, the next pause begins, and what
succeeds opens the lane for all. `Lane.blocked_until` is the next attempt that pages show.
"""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from extensions.core.contract import CannotConnect, LanePolicy, ProviderError, QuotaSpent, Throttled
from extensions.core.lanes import counting
from extensions.core.models import Lane

BREAKER_OPENS_AFTER = 3
LONGEST_PAUSE = LanePolicy.longest_pause
# A provider that says when to come back is believed, within reason.
LONGEST_WISH = 24 * 3600


def note_success(lane_id: int) -> bool:
    """Opens the lane. True if it had been shut or shaky."""
    shaky = Lane.objects.filter(pk=lane_id).exclude(block="", failures=0)
    # As a rule nothing is to be written, and asking takes no lock.
    return shaky.exists() and bool(shaky.update(block="", blocked_until=None, failures=0))


def note_failure(lane_id: int, error: ProviderError, longest_pause: float = LONGEST_PAUSE) -> None:
    """Shuts the lane after throttling, a spent quota, or several failures in a row; every worker sees it."""
    Lane.objects.filter(pk=lane_id).update(failures=F("failures") + 1)
    lane = Lane.objects.filter(pk=lane_id).first()
    if lane is None:
        return
    counting.note_failure(lane, throttled=isinstance(error, Throttled))
    block, until = _block(error, lane, longest_pause)
    if block:
        Lane.objects.filter(pk=lane_id).update(block=block, blocked_until=until)


def _block(error: ProviderError, lane: Lane, longest_pause: float) -> tuple[str, datetime | None]:
    now = timezone.now()
    if isinstance(error, QuotaSpent):
        return Lane.Block.QUOTA_SPENT, error.until
    if isinstance(error, Throttled):
        seconds = min(error.retry_after or 0, LONGEST_WISH) or min(10 * lane.failures, longest_pause)
        return Lane.Block.THROTTLED, now + timedelta(seconds=seconds)
    silent = isinstance(error, CannotConnect)
    if lane.failures >= BREAKER_OPENS_AFTER or (silent and (lane.failures > 1 or lane.slow)):
        return Lane.Block.UNREACHABLE, now + timedelta(seconds=_pause(lane, longest_pause))
    return Lane.Block.NONE, None


def _pause(lane: Lane, longest: float) -> float:
    growing = min(10 * 2 ** max(lane.failures - 2, 0), longest)
    return max(growing, 2 * lane.last_call_seconds if lane.slow else 0)


def try_now(lane_id: int) -> None:
    """A person asked: look again at once, unless the provider itself said to wait."""
    Lane.objects.filter(pk=lane_id, block=Lane.Block.UNREACHABLE).update(blocked_until=None)
