"""Days as members choose them, and the moments that they stand for."""

import datetime as dt

from django.utils import timezone


def end_of(day: dt.date | None) -> dt.datetime | None:
    """The midnight that ends the day, in the zone of the person who looks."""
    if day is None:
        return None
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
