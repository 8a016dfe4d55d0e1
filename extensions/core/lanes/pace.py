"""When a call may be made, from the times of those before it. Times are Unix seconds."""

from collections.abc import Sequence

Times = list[float]
PerSecond = list[list[int]]
MINUTE = 60


def burst(per_second: float) -> int:
    """How many calls fit into one window; a rate below one call a second has longer windows, of one call."""
    return max(1, int(per_second))


def wait(recent: Sequence[float], per_second: float, now: float) -> float:
    """Seconds until one more call fits into the rate; never more than one window, also when the clock was set back."""
    size = burst(per_second)
    if len(recent) < size:
        return 0
    window = size / per_second
    return min(max(recent[-size] + window - now, 0), window)


def with_call(recent: Sequence[float], per_second: float, at: float) -> Times:
    return [*recent, at][-burst(per_second) :]


def limited_with_call(calls: Sequence[Sequence[int]], at: float) -> PerSecond:
    """Calls of limited purposes by the second, with one more."""
    second = int(at)
    kept = [list(each) for each in calls if second - MINUTE <= each[0] <= second]
    if not kept or kept[-1][0] != second:
        kept.append([second, 0])
    kept[-1][1] += 1
    return kept


def limited_free_at(calls: Sequence[Sequence[int]], per_minute: int, now: float) -> float | None:
    """When the next call of a limited purpose fits into the minute before it; None if that is now."""
    inside = [each for each in calls if now - MINUTE - 1 < each[0] <= now]
    left, free_at = sum(count for _, count in inside), None
    for second, count in inside:
        if left < per_minute:
            break
        left, free_at = left - count, float(second + MINUTE + 1)
    return free_at
