"""Times as the API writes and reads them: ISO 8601, UTC."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime

from iotdash.lib.rest import problems

TIME: Mapping[str, Any] = {"type": "string", "format": "date-time"}
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_MINUTE = "([01][0-9]|2[0-3]):[0-5][0-9]"
_CLOCK = f"{_MINUTE}(:[0-5][0-9]([.,][0-9]{{1,9}})?)?"
_ZONE = "(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?"
# As clients send it, with a zone or without.
SENT: Mapping[str, Any] = {
    "type": "string",
    "pattern": f"^{_DAY}[T ]{_CLOCK}{_ZONE}$",
    "maxLength": 40,
    "x-pattern-words": "a time such as 2026-01-31T12:00:00Z",
    "examples": ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.250"],
}


def instant(moment: dt.datetime) -> str:
    """`2017-03-01T09:00:00.000Z`: milliseconds, as clients of the original platform read them."""
    return f"{moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def moment(text: str, name: str) -> dt.datetime:
    """A time without a zone is UTC. Raises RestError with the name of the field."""
    try:
        parsed = parse_datetime(text)
    except ValueError:
        parsed = None
    if parsed is None:
        raise problems.bad_value(f"{name}: a time such as 2026-01-31T12:00:00Z is needed.", name)
    try:
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except OverflowError:
        raise problems.bad_value(f"{name}: this time is too far away.", name) from None
