"""Words for what a rehearsal found: [least, most] of something."""

from collections.abc import Sequence

from django import template

register = template.Library()
_SHORT = "less than a minute"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@register.filter
def span(found: Sequence[int]) -> str:
    """`120`, or `120 to 360`."""
    least, most = found
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


@register.filter
def duration_span(found: Sequence[float]) -> str:
    """`about 4 min`, or `2 min to 6 min`; seconds are given."""
    least, most = (_duration(seconds) for seconds in found)
    if most == _SHORT:
        return most
    return f"about {least}" if least == most else f"up to {most}" if least == _SHORT else f"{least} to {most}"


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return _SHORT
    for size, unit in ((_DAY, "d"), (_HOUR, "h")):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{round(seconds / _MINUTE)} min"
