"""Dates of Control Center REST: two formats in replies, one in requests, cycles as local midnights."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from email.utils import parsedate_to_datetime

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:?\d{2})?")
_ONE_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
_FARTHEST_EAST, _FARTHEST_WEST = timedelta(hours=14), timedelta(hours=12)
# From here on, +13 and +12 (New Zealand) are likelier than -11 and -12; before, -10 (Hawaii) than +14.
_EAST_FIRST = timedelta(hours=11)


def instant(value: object) -> datetime | None:
    """The instant of a reply, in UTC: `2017-02-17 15:42:57.743+0000` or ISO. None if it has no zone."""
    written = _written(value)
    return written and written.astimezone(UTC)


def http_date(value: str | None) -> datetime | None:
    """The instant of a `Date` header, in UTC; None if there is none that can be read."""
    try:
        return parsedate_to_datetime(value or "").astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def request_instant(moment: datetime) -> str:
    """`yyyy-MM-ddTHH:mm:ssZ`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def request_day(day: date, zone: tzinfo | None) -> str:
    """`yyyy-MM-dd` and the zone's offset on that day, or Z."""
    offset = datetime.combine(day, time.min, zone or UTC).strftime("%z")
    return f"{day.isoformat()}Z" if offset == "+0000" else f"{day.isoformat()}{offset[:3]}:{offset[3:5]}"


def cycle_start(value: object, *, zone: tzinfo | None = None, asked: date | None = None) -> date | None:
    """The operator's local date on which a cycle starts; replies give the UTC instant of that local midnight.

    The account's `zone` decides where it is known, else the offset that brings the instant to 00:00. Where
    two offsets do, a day apart, the date that was asked for decides.
    """
    written = _written(value)
    if written is None:
        return _day(value)
    days = _days_in(zone, written) or _local_days(written)
    return asked if asked in days else days[0]


def cycle_end(value: object, *, start: object, start_day: date) -> date | None:
    """The last local date of the cycle; its end is given as the last second before a local midnight."""
    ends, starts = instant(value), instant(start)
    if ends is None or starts is None:
        return _day(value)
    offset = datetime.combine(start_day, time.min, UTC) - starts
    return (ends + offset - timedelta(hours=12)).date()


def _written(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    # Years at the ends of the calendar would overflow in another zone.
    return moment if moment.tzinfo and 1 < moment.year < 9999 else None


def _day(value: object) -> date | None:
    found = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return found and date.fromisoformat(found[1])
    except ValueError:
        return None


def _days_in(zone: tzinfo | None, moment: datetime) -> list[date]:
    if zone is None:
        return []
    local = moment.astimezone(zone)
    return [local.date()] if local.time() == time.min else []


def _local_days(written: datetime) -> list[date]:
    """Dates that start at this instant somewhere, the likeliest first; the date as written if none does."""
    moment = written.astimezone(UTC)
    past = moment - datetime.combine(moment.date(), time.min, UTC)
    if written.time() == time.min or past % _QUARTER:
        return [written.date()]
    west = [moment.date()] if past <= _FARTHEST_WEST else []
    east = [moment.date() + _ONE_DAY] if _ONE_DAY - past <= _FARTHEST_EAST else []
    return east + west if past >= _EAST_FIRST else west + east
