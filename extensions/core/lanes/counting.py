"""Counting calls by lane, minute, purpose and configuration."""

from datetime import datetime

from django.db.models import F

from extensions.core.models import CallCount, Lane, Purpose


def note_call(lane_id: int, at: datetime, purpose: Purpose, config_id: int) -> None:
    """One call that left for the provider."""
    add(_of_minute(lane_id, at, purpose.value, config_id), calls=1)


def note_failure(lane: Lane, *, throttled: bool) -> None:
    """The newest call of the lane put the account in doubt; nothing is counted if it never left."""
    if lane.last_purpose:
        of_call = _of_minute(lane.pk, lane.last_call_at, lane.last_purpose, lane.last_config_id)
        add(of_call, failed=1, throttled=int(throttled))


def move(old_id: int, new_id: int, config_id: int) -> None:
    """Counts of a lane whose work goes on in another: a check's calls are counted where they were made."""
    for count in CallCount.objects.filter(lane_id=old_id):
        row = {"begins": count.begins, "purpose": count.purpose, "seconds": count.seconds}
        # Whoever deletes it adds it: never both of two who move it at once.
        if CallCount.objects.filter(pk=count.pk).delete()[0]:
            row |= {"lane_id": new_id, "config_id": config_id}
            add(row, calls=count.calls, failed=count.failed, throttled=count.throttled)


def _of_minute(lane_id: int, at: datetime, purpose: str, config_id: int) -> dict:
    minute = at.replace(second=0, microsecond=0)
    return {"lane_id": lane_id, "begins": minute, "seconds": 60, "purpose": purpose, "config_id": config_id}


def add(row: dict, **more: int) -> None:
    """One UPDATE as a rule. Safe against another process that makes the same row at the same time."""
    changes = {name: F(name) + number for name, number in more.items()}
    if not CallCount.objects.filter(**row).update(**changes):
        CallCount.objects.bulk_create([CallCount(**row)], ignore_conflicts=True)
        CallCount.objects.filter(**row).update(**changes)
