"""The messages that make a worker look at a lane; at most one is on its way for each."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from extensions.core.lanes.work import sources
from extensions.core.models import Lane

# A message that has not been received so long after it was due is taken for lost.
MESSAGE_LOST_AFTER = timedelta(seconds=30)
# What is due later is left to the sweep: brokers deliver messages for hours ahead badly, and lose them.
FARTHEST_MESSAGE = timedelta(seconds=60)

logger = logging.getLogger(__name__)


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
    due = {lane_id for source in sources() for lane_id in source.due_lanes(now)}
    blocked = Lane.objects.filter(pk__in=due, blocked_until__gt=now).values_list("pk", flat=True)
    for lane_id in sorted(due.difference(blocked)):
        wake(lane_id)
