"""How long counts of calls are kept: by minute for a day or so, then by hour for a month or so."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from extensions.core.lanes import counting
from extensions.core.models import CallCount
from iotdash.runtime import leases

MINUTE, HOUR = 60, 3600
# Longer than folding an hour of a busy installation takes.
LEASE_SECONDS = 300


def tidy_counts() -> None:
    """Due-finder: folds the oldest hour of minutes that is due into hours, and forgets old hours."""
    now = timezone.now()
    forgotten = now - timedelta(days=settings.IOTDASH_CALLS_BY_HOUR_DAYS)
    CallCount.objects.filter(seconds=HOUR, begins__lt=forgotten).delete()
    before = _hour_of(now - timedelta(hours=settings.IOTDASH_CALLS_BY_MINUTE_HOURS))
    oldest = CallCount.objects.filter(seconds=MINUTE, begins__lt=before).order_by("begins").first()
    folder = uuid.uuid4().hex
    if oldest and leases.acquire("counts of calls", folder, LEASE_SECONDS):
        _fold(_hour_of(oldest.begins))
        leases.release("counts of calls", folder)


@transaction.atomic
def _fold(hour: datetime) -> None:
    minutes = CallCount.objects.filter(seconds=MINUTE, begins__gte=hour, begins__lt=hour + timedelta(hours=1))
    sums = {name: Sum(name) for name in ("calls", "failed", "throttled")}
    for row in minutes.order_by().values("lane_id", "purpose", "config_id").annotate(**sums):
        counts = {name: row.pop(name) for name in sums}
        counting.add({**row, "begins": hour, "seconds": HOUR}, **counts)
    minutes.delete()


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
