"""Which cycle runs, and which daily figures are of it. Days are those of UTC; cycles begin at midnight elsewhere."""

from datetime import UTC, date, datetime, timedelta

import pytest

from extensions.sims.billing import Cycle, anchor, cycle_on, months_after, of_cycle, running, since_anew
from extensions.sims.models import UsageDay


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def seen(text: str, data: int | None, ended: int | None = None) -> UsageDay:
    """The figure as last seen on the day of that moment, and the last one of a cycle that ended on it."""
    moment = at(text)
    return UsageDay(day=moment.date(), seen_at=moment, data_bytes=data, ended_data_bytes=ended)


def figures(samples: list[UsageDay]) -> list[int | None]:
    return [sample.data_bytes for sample in samples]


@pytest.mark.parametrize(
    ("known", "day", "start", "end", "days"),
    [
        ("2026-11-01", "2026-11-01", "2026-11-01", "2026-12-01", 30),
        ("2026-11-01", "2026-11-30", "2026-11-01", "2026-12-01", 30),
        ("2026-08-27", "2026-11-26", "2026-10-27", "2026-11-27", 31),
        ("2026-08-27", "2026-11-27", "2026-11-27", "2026-12-27", 30),
        ("2026-11-27", "2026-09-01", "2026-08-27", "2026-09-27", 31),
        ("2026-12-15", "2027-02-20", "2027-02-15", "2027-03-15", 28),
        ("2027-12-15", "2028-02-20", "2028-02-15", "2028-03-15", 29),
        ("2026-12-31", "2027-02-27", "2027-01-31", "2027-02-28", 28),
        ("2026-12-31", "2027-02-28", "2027-02-28", "2027-03-31", 31),
        ("2026-12-31", "2027-04-29", "2027-03-31", "2027-04-30", 30),
    ],
)
def test_a_cycle_is_a_month_from_its_day(known, day, start, end, days):
    cycle = cycle_on(date.fromisoformat(known), date.fromisoformat(day))
    assert cycle == Cycle(date.fromisoformat(start), date.fromisoformat(end))
    assert cycle.days == days


def test_every_day_is_in_the_cycle_that_it_was_given():
    for known in (date(2026, 1, 31), date(2026, 2, 28), date(2026, 1, 1)):
        for number in range(800):
            day = date(2026, 1, 1) + timedelta(days=number)
            cycle = cycle_on(known, day)
            assert cycle.start <= day <= cycle.last_day
            assert 28 <= cycle.days <= 31


def test_a_day_beside_the_cycle_by_its_time_zone_is_the_nearest_in_it():
    cycle = Cycle(date(2026, 11, 1), date(2026, 12, 1))
    days = (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 18), date(2026, 12, 1))
    assert [cycle.number_of(day) for day in days] == [1, 1, 18, 30]


@pytest.mark.parametrize(
    ("starts", "found"),
    [
        ([], None),
        (["2026-11-27"], "2026-11-27"),
        (["2026-11-27", "2026-10-27"], "2026-11-27"),
        (["2027-02-28", "2027-01-31"], "2027-01-31"),
        (["2027-02-28", "2027-01-30", "2026-12-31"], "2026-12-31"),
        (["2026-12-01", "2026-10-27"], "2026-12-01"),
    ],
)
def test_the_day_that_a_short_month_cut_down_is_remembered(starts, found):
    assert anchor([date.fromisoformat(start) for start in starts]) == (found and date.fromisoformat(found))


def test_months_are_cut_to_their_last_day():
    assert months_after(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_after(date(2027, 1, 31), -2) == date(2026, 11, 30)


NOVEMBER = Cycle(date(2026, 11, 27), date(2026, 12, 27))
BEFORE = [seen("2026-11-24T20:00", 80), seen("2026-11-25T20:00", 90)]
AFTER = [seen("2026-11-28T20:00", 12), seen("2026-11-30T20:00", 15)]


@pytest.mark.parametrize(
    ("around", "first"),
    [
        ([seen("2026-11-26T20:00", 95), seen("2026-11-27T20:00", 9)], [9]),
        # East of UTC it is the 27th already when the day begins anew on the 26th.
        ([seen("2026-11-26T20:00", 3, ended=95), seen("2026-11-27T20:00", 9)], [3, 9]),
        ([seen("2026-11-26T20:00", 3), seen("2026-11-27T20:00", 9)], [3, 9]),
        # West of UTC the 27th still begins with the old cycle.
        ([seen("2026-11-26T20:00", 95), seen("2026-11-27T07:00", 99)], []),
        ([seen("2026-11-26T20:00", 95), seen("2026-11-27T20:00", 1, ended=99)], [1]),
        # Figures lag behind.
        ([seen("2026-11-26T20:00", 95), seen("2026-11-27T20:00", 99)], []),
        # More is used than ever before: nothing falls, and only the time tells, once figures do not lag any more.
        ([seen("2026-11-26T20:00", 0), seen("2026-11-27T07:00", 1), seen("2026-11-27T20:00", 2)], []),
        # Nothing was used before: nothing can lag.
        ([seen("2026-11-26T20:00", 0), seen("2026-11-27T07:00", 0), seen("2026-11-27T20:00", 2)], [2]),
        # Nothing was seen for days.
        ([], []),
    ],
)
def test_samples_are_of_the_cycle_from_where_figures_began_anew(around, first):
    before = [] if around and around[0].data_bytes == 0 else BEFORE
    assert figures(of_cycle(NOVEMBER, [*before, *around, *AFTER])) == [*first, 12, 15]


def test_figures_that_lag_are_not_told_as_those_of_the_new_cycle():
    late = [seen("2026-11-27T20:00", 99), seen("2026-11-28T07:00", 99)]
    assert of_cycle(NOVEMBER, [*BEFORE, *late]) == []
    assert figures(of_cycle(NOVEMBER, [*BEFORE, *late, seen("2026-11-28T20:00", 101)])) == [101]
    assert figures(of_cycle(NOVEMBER, [*BEFORE, *late, seen("2026-11-29T07:00", 3)])) == [3]


def test_figures_that_fall_in_the_middle_of_a_cycle_were_corrected():
    samples = [seen("2026-11-28T20:00", 10), seen("2026-12-05T20:00", 50), seen("2026-12-06T20:00", 49)]
    assert figures(of_cycle(NOVEMBER, samples)) == [10, 50, 49]


def test_a_fall_of_any_figure_begins_anew():
    last, first = seen("2026-11-26T20:00", 0), seen("2026-11-27T07:00", 0)
    last.sms, first.sms = 7, 1
    assert figures(of_cycle(NOVEMBER, [last, first])) == [0]


@pytest.mark.parametrize(
    ("now", "samples", "start", "found"),
    [
        ("2026-11-20T12:00", BEFORE, "2026-10-27", []),
        ("2026-11-25T21:00", BEFORE, "2026-10-27", [80, 90]),
        # It may have begun at the other end of the world, and figures say that it has not.
        ("2026-11-26T21:00", BEFORE, "2026-10-27", [80, 90]),
        ("2026-11-26T21:00", [*BEFORE, seen("2026-11-26T20:00", 3)], "2026-11-27", [3]),
        ("2026-11-27T07:30", [*BEFORE, seen("2026-11-27T07:00", 95)], "2026-10-27", [80, 90, 95]),
        # From noon on it has begun everywhere.
        ("2026-11-27T12:00", [*BEFORE, seen("2026-11-27T07:00", 95)], "2026-11-27", []),
        ("2026-11-30T21:00", [*BEFORE, *AFTER], "2026-11-27", [12, 15]),
    ],
)
def test_the_cycle_that_runs(now, samples, start, found):
    shown = [sample for sample in samples if sample.seen_at <= at(now)]
    cycle, kept = running(date(2026, 8, 27), shown, at(now))
    assert (cycle.start.isoformat(), figures(kept)) == (start, found)


def test_a_start_that_the_carrier_told_has_begun():
    cycle, _ = running(date(2026, 11, 27), BEFORE, at("2026-11-26T17:00"))
    assert cycle.start == date(2026, 11, 27)


def test_without_any_known_cycle_figures_count_from_where_they_last_began_anew():
    samples = [*BEFORE, seen("2026-11-27T20:00", 2), *AFTER]
    assert figures(since_anew(samples)) == [2, 12, 15]
    assert figures(since_anew(BEFORE)) == [80, 90]
    assert since_anew([]) == []
