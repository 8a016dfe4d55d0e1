"""How fast an allowance is used, in a sentence that guesses nothing."""

from datetime import UTC, date, datetime

import pytest

from extensions.sims import pace
from extensions.sims.billing import Cycle, active_part
from extensions.sims.models import UsageDay
from extensions.sims.pace import Pace, Verdict

MB = 1_048_576


def made(
    used: float, day: int | None = 18, *, of: float | None = 500, seen: int = 10, days: int = 30, idle: int = 0
) -> Pace:
    allowance = None if of is None else round(of * MB)
    return Pace(round(used * MB), seen, day, days if day else None, allowance, idle)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (made(310), "62 % of 500 MB on day 18 of 30, above pace."),
        (made(300), "60 % of 500 MB on day 18 of 30, on pace."),
        (made(290), "58 % of 500 MB on day 18 of 30, on pace."),
        (made(250), "50 % of 500 MB on day 18 of 30, below pace."),
        (made(0), "0 % of 500 MB on day 18 of 30, below pace."),
        (made(0.5), "Under 1 % of 500 MB on day 18 of 30, below pace."),
        (made(499.9), "99 % of 500 MB on day 18 of 30, above pace."),
        (made(500), "100 % of 500 MB on day 18 of 30, allowance used up."),
        (made(620), "124 % of 500 MB on day 18 of 30, over the allowance."),
        (made(0.25, of=0.5, day=28, days=28), "50 % of 0.5 MB on day 28 of 28, below pace."),
        (made(1500, of=1024.5), "146 % of 1,024.5 MB on day 18 of 30, over the allowance."),
    ],
)
def test_the_sentence(given, sentence):
    assert given.sentence == sentence


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            made(310, seen=2),
            "62 % of 500 MB on day 18 of 30. Too little history for a pace: usage was seen on 2 days of this cycle, "
            "3 are needed.",
        ),
        (
            made(5, day=1, seen=1),
            "1 % of 500 MB on day 1 of 30. Too little history for a pace: usage was seen on 1 day of this cycle, "
            "3 are needed.",
        ),
        (
            made(310, day=None),
            "62 % of 500 MB. No pace: the carrier has not told yet when a billing cycle began.",
        ),
        (made(310, of=None), "310.0 MB on day 18 of 30."),
        (made(310, of=None, day=None), "310.0 MB."),
        (made(12.35, of=0), "12.35 MB of a plan that includes none on day 18 of 30."),
        (made(0, of=0), "0 MB of a plan that includes none on day 18 of 30."),
    ],
)
def test_what_cannot_be_compared_is_not_guessed(given, sentence):
    assert given.sentence == sentence


@pytest.mark.parametrize("days", [28, 29, 30, 31])
def test_an_even_use_is_on_pace_every_day_of_every_month(days):
    for day in range(1, days + 1):
        end, begin = Pace(day * MB, 9, day, days, days * MB), Pace((day - 1) * MB, 9, day, days, days * MB)
        expected = Verdict.ON if day < days else Verdict.USED_UP
        assert (begin.verdict, end.verdict) == (Verdict.ON, expected)
        assert Pace((day - 1) * MB - 1, 9, day, days, days * MB).verdict is Verdict.BELOW
        if day < days:
            assert Pace(day * MB + 1, 9, day, days, days * MB).verdict is Verdict.ABOVE


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (made(200, 22, idle=20), "40 % of 500 MB on day 22 of 30, above pace."),
        (made(100, 22, idle=20), "20 % of 500 MB on day 22 of 30, on pace."),
        (made(49, 22, idle=20), "9 % of 500 MB on day 22 of 30, below pace."),
        (made(49, 22, idle=20, seen=2), "9 % of 500 MB on day 22 of 30."),
        (made(501, 22, idle=20, seen=2), "100 % of 500 MB on day 22 of 30, over the allowance."),
    ],
)
def test_a_sim_that_was_activated_in_the_cycle_has_an_even_use_from_then(given, sentence):
    """200 of 500 MB in 2 of its 10 days are more than even, however much of the cycle is over."""
    since = " Pace counts from day 21, when the SIM was activated."
    assert given.sentence.startswith(sentence)
    assert (since in given.sentence) == ("pace." in sentence)


@pytest.mark.parametrize(
    ("activated", "begins"),
    [
        (None, "2026-11-01"),
        ("2026-05-03T12:00", "2026-11-01"),
        ("2026-11-01T12:00", "2026-11-01"),
        ("2026-11-21T12:00", "2026-11-21"),
        ("2026-11-30T23:59", "2026-11-30"),
        ("2026-12-01T00:00", "2026-11-01"),
    ],
)
def test_from_when_a_sim_could_be_used(activated, begins):
    at = activated and datetime.fromisoformat(activated).replace(tzinfo=UTC)
    assert active_part(CYCLE, at) == Cycle(date.fromisoformat(begins), CYCLE.end)


def test_what_is_used_up_is_said_however_little_history_there_is():
    assert made(501, seen=1).verdict is Verdict.OVER
    assert made(500, day=None).verdict is Verdict.USED_UP


@pytest.mark.parametrize(
    ("given", "tone"),
    [
        (made(310), "warning"), (made(300), "success"), (made(1), "success"), (made(500), "danger"),
        (made(620), "danger"), (made(5, of=0), "danger"), (made(0, of=0), "neutral"), (made(5, seen=1), "neutral"),
    ],
)  # fmt: skip
def test_looks(given, tone):
    assert given.tone == tone


CYCLE = Cycle(date(2026, 11, 1), date(2026, 12, 1))


def sample(day: int, data: int | None) -> UsageDay:
    return UsageDay(day=date(2026, 11, day), seen_at=datetime(2026, 11, day, 20, tzinfo=UTC), data_bytes=data, sms=1)


def test_the_newest_figure_is_compared_on_its_own_day():
    found = pace.of(CYCLE, [sample(2, 10 * MB), sample(5, 20 * MB), sample(6, None)], 100 * MB)
    assert found == Pace(20 * MB, 2, 5, 30, 100 * MB)


def test_without_any_figure_of_data_there_is_no_pace():
    assert pace.of(CYCLE, [], 100) is None
    assert pace.of(CYCLE, [sample(2, None)], 100) is None
    assert pace.of(None, [sample(2, 7)], None) == Pace(7, 1)
