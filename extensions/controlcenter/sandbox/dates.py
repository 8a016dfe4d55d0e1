"""Dates of the wire: what requests must look like, and the two formats of replies (specification 6.1)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_ZONE = r"(?:Z|[+-]\d\d:\d\d)"
_INSTANT = re.compile(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d{_ZONE}")
_DAY = re.compile(rf"(\d{{4}}-\d\d-\d\d)({_ZONE})")


def utc_now() -> datetime:
    return datetime.now(UTC)


def parse_instant(text: str) -> datetime:
    """`yyyy-MM-ddTHH:mm:ss` or `yyyy-MM-dd`, with `Z` or an offset. ValueError for anything else.

    A plus sign that was not encoded arrives as a blank and is refused, as it is by the carrier.
    """
    day = _DAY.fullmatch(text)
    if day:
        return datetime.fromisoformat(f"{day[1]}T00:00:00{day[2]}")
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"not a date with a zone: {text}")
    return datetime.fromisoformat(text)


def parse_day(text: str) -> date:
    """`yyyy-MM-dd` and a zone; the zone does not move the day. ValueError for anything else."""
    day = _DAY.fullmatch(text)
    if not day:
        raise ValueError(f"not a day with a zone: {text}")
    return date.fromisoformat(day[1])


def device_date(moment: datetime | None) -> str | None:
    """`2017-02-17 15:42:57.743+0000`: devices, sessions and SMS."""
    return _written(moment, " ", "+0000") if moment else None


def iso_date(moment: datetime) -> str:
    """`2017-02-26T16:00:00.000Z`: usage in zones and rate plans."""
    return _written(moment, "T", "Z")


def _written(moment: datetime, separator: str, zone: str) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%d}{separator}{utc:%H:%M:%S}.{utc.microsecond // 1000:03d}{zone}"
