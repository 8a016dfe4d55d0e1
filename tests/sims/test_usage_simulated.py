"""Which figures are of the cycle that runs, against SIMs whose use is known to the second.

The carrier's side is computed here by its own local clock, and what is kept of it day by day, without the code that is
tried; each seed is another account: zone, first day of cycles, lag, days that nobody asked on.
"""

import random
from bisect import bisect_left, bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import accumulate

import pytest

from extensions.sims.billing import anchor, running
from extensions.sims.models import UsageDay

pytestmark = pytest.mark.slow

BEGAN = datetime(2026, 9, 3, tzinfo=UTC)
SEEDS = range(40)
HOUR = timedelta(hours=1)
# Between the first place on earth where a day begins and the last, and until figures of the old cycle came in.
UNSURE_BEFORE, UNSURE_AFTER = 14 * HOUR, 12 * HOUR
LATE = 24 * HOUR


def starts_on(first_day: int) -> list[date]:
    """The local days on which cycles begin, of two years."""
    months = [divmod(2026 * 12 + number, 12) for number in range(24)]
    return [date(year, month + 1, min(first_day, monthrange(year, month + 1)[1])) for year, month in months]


@dataclass
class Account:
    """`used[n]` is what the first n uses, at these `times`, came to together."""

    zone: timezone
    starts: list[date]
    lag: timedelta
    times: list[datetime]
    used: list[int]

    def cycle_at(self, moment: datetime) -> date:
        return self.starts[bisect_right(self.starts, moment.astimezone(self.zone).date()) - 1]

    def figure_at(self, moment: datetime) -> int:
        """What the carrier says then: what was used in the cycle in which its figures are."""
        return self.used_in(self.cycle_at(moment - self.lag), moment)

    def used_in(self, cycle: date, moment: datetime) -> int:
        """As far as the carrier knows it then."""
        begins = datetime.combine(cycle, time.min, self.zone)
        known = max(moment - self.lag, begins)
        return self.used[bisect_right(self.times, known)] - self.used[bisect_left(self.times, begins)]

    def unsure(self, moment: datetime) -> bool:
        midnights = (datetime.combine(each, time.min, UTC) for each in self.starts)
        return any(-UNSURE_BEFORE <= moment - each < UNSURE_AFTER + LATE for each in midnights)


def account(chance: random.Random, lag: timedelta) -> Account:
    times = sorted(BEGAN + timedelta(hours=chance.uniform(0, 24 * 150)) for _ in range(chance.choice((3, 30, 300))))
    used = accumulate((chance.randrange(1, 1000) for _ in times), initial=0)
    zone = timezone(timedelta(minutes=chance.choice(range(-12 * 60, 14 * 60 + 1, 15))))
    return Account(zone, starts_on(chance.randrange(1, 32)), lag, times, list(used))


def kept(world: Account, asked: list[datetime]) -> list[UsageDay]:
    """The newest figure of each day, and whether it fell within it."""
    days: dict[date, UsageDay] = {}
    for moment in asked:
        figure, before = world.figure_at(moment), days.get(moment.date())
        sample = UsageDay(day=moment.date(), seen_at=moment, data_bytes=figure)
        if before:
            fell = before.data_bytes > figure
            sample.ended_data_bytes = before.data_bytes if fell else before.ended_data_bytes
        days[moment.date()] = sample
    return [days[day] for day in sorted(days)]


def asked_at(chance: random.Random, now: datetime) -> list[datetime]:
    """Some days often, some never."""
    moments = []
    for day in range(64):
        often = chance.choice((0, 1, 1, 2, 6))
        moments += [now - timedelta(days=day, hours=chance.uniform(0, 24)) for _ in range(often)]
    return sorted(moments)


def moment_of(chance: random.Random, world: Account) -> datetime:
    """Every other one near the beginning of a cycle."""
    if chance.random() < 0.5:
        return BEGAN + timedelta(days=chance.uniform(70, 150))
    start = chance.choice([each for each in world.starts if date(2026, 11, 12) < each < date(2027, 1, 30)])
    return datetime.combine(start, time.min, UTC) + timedelta(days=chance.uniform(-1, 3))


def nothing_used_before(samples: list[UsageDay], start: date) -> bool:
    """Then nothing that falls tells what is of which cycle."""
    begun = datetime.combine(start, time.min, UTC) + UNSURE_AFTER
    return not next((each.data_bytes for each in reversed(samples) if each.seen_at < begun), 0)


@pytest.mark.parametrize("most_lag", [0, 8])
@pytest.mark.parametrize("seed", SEEDS)
def test_only_figures_of_the_cycle_that_runs_are_shown(seed, most_lag):
    chance = random.Random(seed)
    world = account(chance, timedelta(hours=chance.uniform(0, most_lag)))
    for _ in range(15):
        now = moment_of(chance, world)
        samples = kept(world, asked_at(chance, now))
        known = [each for each in world.starts if date(2026, 8, 1) <= each < world.cycle_at(now)]
        cycle, found = running(anchor(known), samples, now)
        told = f"{world.zone}, lag {world.lag}, at {now}: {cycle}"
        if not world.unsure(now):
            assert cycle.start == world.cycle_at(now), told
            its = [each for each in samples if world.cycle_at(each.seen_at) == cycle.start]
            assert [each for each in its if not world.unsure(each.seen_at)] == [
                each for each in found if not world.unsure(each.seen_at)
            ], told
        if most_lag == 0 or not nothing_used_before(samples, cycle.start):
            assert [each.data_bytes for each in found] == [
                world.used_in(cycle.start, each.seen_at) for each in found
            ], told
