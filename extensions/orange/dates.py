"""Instants on Orange's wire, and the month by which it counts calls."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

# Orange says "monthly" and no zone; its instants are those of Paris.
ZONE = ZoneInfo("Europe/Paris")
# A month that begins elsewhere, or by another clock, has begun everywhere by then.
TURN = timedelta(days=1)


def instant(text: str | None) -> datetime | None:
    """`2017-03-15T04:10:00.000+01:00`, in UTC; None if it says no zone or is none at all."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def http_date(text: str | None) -> datetime | None:
    """The instant of a `Date` header, in UTC; None if there is none that can be read."""
    try:
        return parsedate_to_datetime(text or "").astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def written(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="milliseconds")


def month(now: datetime) -> tuple[datetime, datetime]:
    """When the month that runs began, and when the next one begins."""
    local = now.astimezone(ZONE)
    begins = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    years, months = divmod(local.year * 12 + local.month, 12)
    return begins, begins.replace(year=years, month=months + 1)


def renewed(now: datetime) -> datetime:
    """When an account that has no calls left has some again.

    In the first day of a month it may be told so of the month before: a day is lost then, and not a month.
    """
    begins, ends = month(now)
    turned = begins + TURN
    return turned if now < turned else ends
