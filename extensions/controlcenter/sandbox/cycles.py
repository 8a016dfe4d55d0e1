"""Billing cycles: a month that starts at local midnight on the account's cycle day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from .model import Account

PAST_CYCLES_IN_REST = 2


def current_start(account: Account, now: datetime) -> date:
    """The local date on which the cycle of `now` started."""
    today = now.astimezone(account.timezone).date()
    start = today.replace(day=account.cycle_day)
    return start if start <= today else shifted(start, -1)


def shifted(start: date, months: int) -> date:
    """The cycle start so many months later, or earlier if negative."""
    month = start.year * 12 + start.month - 1 + months
    return start.replace(year=month // 12, month=month % 12 + 1)


def recent_starts(account: Account, now: datetime, past: int) -> list[date]:
    """The current cycle's start and those of `past` cycles before it, newest first."""
    current = current_start(account, now)
    return [shifted(current, -n) for n in range(past + 1)]


def completed(account: Account, start: date, now: datetime) -> bool:
    """Whether a cycle of the account starts on this day and is over."""
    return start.day == account.cycle_day and start < current_start(account, now)


def bounds(account: Account, start: date) -> tuple[datetime, datetime]:
    """First and last second of a cycle, in UTC."""
    first = _midnight(account, start)
    return first, _midnight(account, shifted(start, 1)) - timedelta(seconds=1)


def _midnight(account: Account, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=account.timezone).astimezone(UTC)
