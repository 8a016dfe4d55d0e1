"""Words for points in time. `static/js/ages.js` keeps the same words current on an open page."""

import datetime as dt

from django.utils import timezone

MINUTE, HOUR, DAY = 60, 3600, 86400
# Clocks of two machines may differ by this many seconds: what one just did lies in the other's future.
SKEW = 5
# After this many seconds an age says less than a date.
DATE_AFTER = 30 * DAY


def utc_title(value: dt.datetime) -> str:
    """`2026-11-23 02:48:05 UTC`, for the tooltip of every time."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def local_date(value: dt.datetime | dt.date) -> str:
    """`23 Nov 2026`, in the person's zone when given a moment."""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value)
    return f"{value.day} {value:%b %Y}"


def local_moment(value: dt.datetime, *, seconds: bool = False) -> str:
    """`23 Nov 2026, 02:48` in the person's zone."""
    clock = "%H:%M:%S" if seconds else "%H:%M"
    return f"{local_date(value)}, {timezone.localtime(value):{clock}}"


def age_words(value: dt.datetime, now: dt.datetime) -> str:
    """`3 min ago`, `in 2 h`, `just now`, `in a moment`; the date when it is more than thirty days away."""
    seconds = int((now - value).total_seconds())
    if abs(seconds) < MINUTE:
        return "in a moment" if seconds < -SKEW else "just now"
    if abs(seconds) >= DATE_AFTER:
        return local_date(value)
    span = _span(abs(seconds))
    return f"{span} ago" if seconds > 0 else f"in {span}"


def _span(seconds: int) -> str:
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < DAY:
        return f"{seconds // HOUR} h"
    days = seconds // DAY
    return "1 day" if days == 1 else f"{days} days"
