"""What calls tell about the account: when its lane shuts, and when it opens again."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from extensions.core.contract import CannotConnect, ProviderError, QuotaSpent, Throttled
from extensions.core.lanes import counting
from extensions.core.models import Lane

BREAKER_OPENS_AFTER = 3
LONGEST_PAUSE = 300
# A provider that says when to come back is believed, within reason.
LONGEST_WISH = 24 * 3600


def note_success(lane_id: int) -> bool:
    """Opens the lane. True if it had been shut or shaky."""
    shaky = Lane.objects.filter(pk=lane_id).exclude(block="", failures=0)
    return bool(shaky.update(block="", blocked_until=None, failures=0))


def note_failure(lane_id: int, error: ProviderError) -> None:
    """Shuts the lane after throttling, a spent quota, or several failures in a row; every worker sees it."""
    Lane.objects.filter(pk=lane_id).update(failures=F("failures") + 1)
    lane = Lane.objects.get(pk=lane_id)
    counting.note_failure(lane, throttled=isinstance(error, Throttled))
    block, until = _block(error, lane.failures)
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
