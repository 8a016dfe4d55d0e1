"""The messages that make a worker look at a lane; at most one is on its way for each."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from extensions.core.lanes.work import sources
from extensions.core.models import Lane
from iotdash.lib import broker

# A message that has not been received so long after it was due is taken for lost.
MESSAGE_LOST_AFTER = timedelta(seconds=30)
# Sooner where people wait: one message too many is received and dropped, one too few costs them the patience above.
LOST_FOR_PEOPLE_AFTER = timedelta(seconds=3)
MOST_TRIED = 8
# What is due later is left to the sweep: brokers deliver messages for hours ahead badly, and lose them.
FARTHEST_MESSAGE = timedelta(seconds=60)


class Waiting(NamedTuple):
    """How many lanes wait for a thread, and whether people wait in one of them."""

    lanes: int
    people: bool


def wake(lane_id: int, at: datetime | None = None, *, people: bool = False) -> None:
    """Sends the message for a lane, unless one is on its way that is due by then.

    With `people`, any runner that comes between two pieces of work does people's work of this lane first.
    """
    now = timezone.now()
    at = max(at or now, now)
    if at - now > FARTHEST_MESSAGE:
        return
    if people:
        Lane.objects.filter(Q(people_since=None) | Q(people_since__gt=at), pk=lane_id).update(people_since=at)
    lane = Lane.objects.filter(pk=lane_id)
    if lane.filter(Q(message_due_at=None) | Q(message_due_at__gt=at)).update(message_due_at=at, message_sent_at=now):
        _send_message(lane_id, at, (at - now).total_seconds())
    else:
        _send_again(lane, lane_id, now - (LOST_FOR_PEOPLE_AFTER if people else MESSAGE_LOST_AFTER))


def _send_again(lane: QuerySet[Lane], lane_id: int, lost: datetime) -> None:
    """If the message is taken for lost. It is the same message: whichever of the two comes later is dropped."""
    if lane.filter(message_due_at__lt=lost, message_sent_at__lt=lost).update(message_sent_at=timezone.now()):
        due_at = lane.values_list("message_due_at", flat=True).first()
        if due_at:
            _send_message(lane_id, due_at, 0)


def _send_message(lane_id: int, due_at: datetime, seconds: float) -> None:
    from extensions.core.tasks import run_lane

    if not broker.send(run_lane, lane_id, due_at.isoformat(), countdown=seconds):
        # So that the sweep does not take it for one that is on its way.
        Lane.objects.filter(pk=lane_id).update(message_due_at=None)


def received(lane_id: int, due_at: datetime) -> bool:
    """Notes that the message came. False for one that is not expected: it came already, or an earlier one was sent."""
    expected = Lane.objects.filter(pk=lane_id, message_due_at=due_at)
    return bool(expected.update(message_due_at=None, people_since=None))


def claim_for_people() -> int | None:
    """The lane in which people wait longest; the caller is the only one who is given it."""
    waiting = Lane.objects.filter(people_since__lte=timezone.now())
    for lane_id in waiting.order_by("people_since").values_list("pk", flat=True)[:MOST_TRIED]:
        if waiting.filter(pk=lane_id).update(people_since=None):
            return lane_id
    return None


def others_waiting(lane_id: int, within: float) -> Waiting:
    """What the other lanes need a thread for, now or within so many seconds."""
    now = timezone.now()
    on_its_way = Q(message_sent_at__gt=now - FARTHEST_MESSAGE - MESSAGE_LOST_AFTER)
    due = Q(message_due_at__lte=now + timedelta(seconds=within))
    people = Q(people_since__lte=now)
    others = Lane.objects.filter((due & on_its_way) | people).exclude(pk=lane_id)
    counts = others.aggregate(lanes=Count("pk"), people=Count("pk", filter=people))
    return Waiting(counts["lanes"], bool(counts["people"]))


def wake_due() -> None:
    """Due-finder: sends a message for every lane that has work to do now."""
    now = timezone.now()
    due = {lane_id for source in sources() for lane_id in source.due_lanes(now)}
    blocked = Lane.objects.filter(pk__in=due, blocked_until__gt=now).values_list("pk", flat=True)
    for lane_id in sorted(due.difference(blocked)):
        wake(lane_id)
