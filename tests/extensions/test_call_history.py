"""Calls over time: which bar a call is in, and how the bars are drawn."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.call_chart import HEIGHT, LEAST, chart, round_up
from extensions.core.contract import LanePolicy
from extensions.core.lanes import Purpose, call_history, counting, meter
from extensions.core.lanes.call_history import DAYS, HOURS, MINUTES, SCALES, Bar
from extensions.core.models import CallCount

pytestmark = pytest.mark.slow

OWN = {1}


@pytest.fixture
def lane(db):
    return lanes.of_account("an account", LanePolicy(per_second=5))


@pytest.fixture
def at(time_machine):
    """Stops the clock then."""

    def stop(moment: str) -> datetime:
        time_machine.move_to(moment, tick=False)
        return timezone.now()

    return stop


def count(lane, at, purpose=Purpose.SYNC, config_id=1):
    counting.note_call(lane.pk, at, purpose, config_id)


def told(lane, scale) -> dict[int, int]:
    """Calls by how many bars back; bars without calls are left out."""
    bars = call_history.read(lane, OWN, scale)
    return {len(bars) - 1 - place: bar.calls for place, bar in enumerate(bars) if bar.calls}


def test_each_call_is_in_the_bar_of_its_minute_hour_and_day(lane, at):
    now = at("2026-11-23T10:30:20Z")
    for back in ({"seconds": 0}, {"minutes": 1}, {"minutes": 59}, {"minutes": 60}, {"hours": 23}, {"days": 29}):
        count(lane, now - timedelta(**back))
    count(lane, now - timedelta(days=30))
    assert told(lane, MINUTES) == {0: 1, 1: 1, 59: 1}
    assert told(lane, HOURS) == {0: 2, 1: 2, 23: 1}
    assert told(lane, DAYS) == {0: 4, 1: 1, 29: 1}


def test_bars_and_meter_tell_the_same_sums(lane, at, settings):
    """Also when minutes have become hours, and at a full hour."""
    settings.IOTDASH_CALLS_BY_MINUTE_HOURS = 24
    now = at("2026-11-23T10:00:00Z")
    for minutes in range(0, 33 * 24 * 60, 47):
        count(lane, now - timedelta(minutes=minutes))
    while CallCount.objects.filter(seconds=60, begins__lt=now - timedelta(hours=24)).exists():
        lanes.tidy_counts()
    read = meter.read(lane, OWN)
    assert sum(told(lane, MINUTES).values()) == read.hour.used == 2
    assert sum(told(lane, DAYS).values()) == read.month.used


def test_who_called(lane, at):
    now = at("2026-11-23T10:30:20Z")
    for purpose in Purpose:
        count(lane, now, purpose)
    count(lane, now, Purpose.PEOPLE, config_id=2)
    newest = call_history.read(lane, OWN, MINUTES)[-1]
    assert (newest.people, newest.automatic, newest.others, newest.calls) == (3, 3, 1, 7)


@pytest.mark.parametrize(("zone", "begins"), [("Asia/Kolkata", "18:30"), ("America/New_York", "05:00")])
def test_days_begin_at_the_persons_midnight(at, zone, begins):
    now = at("2026-11-23T10:30:20Z")
    with timezone.override(zone):
        edges = DAYS.edges(now)
    assert {f"{edge:%H:%M}" for edge in edges[-5:]} == {begins}


def test_a_day_of_25_hours_is_one_bar_and_its_hours_are_25(at):
    """In Berlin the clock went back at 3 o'clock on 25 October 2026."""
    with timezone.override("Europe/Berlin"):
        days = DAYS.edges(at("2026-10-26T12:00:00Z"))
        assert days[-1] - days[-2] == timedelta(hours=25)
        hours = [edge.astimezone(UTC) for edge in HOURS.edges(at("2026-10-25T09:00:00Z"))]
    assert {later - earlier for earlier, later in pairwise(hours)} == {timedelta(hours=1)}


def test_an_hour_begins_on_the_persons_clock(at):
    with timezone.override("Asia/Kolkata"):
        assert HOURS.edges(at("2026-11-23T10:45:00Z"))[-1] == datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


def test_each_scale_asks_once(lane, at, django_assert_num_queries):
    count(lane, at("2026-11-23T10:30:20Z"))
    for scale in SCALES:
        with django_assert_num_queries(1):
            call_history.read(lane, OWN, scale)


# --- The chart -------------------------------------------------------------------------------------------------------


def bar(people=0, automatic=0, others=0):
    return Bar(datetime(2026, 11, 23, tzinfo=UTC), people, automatic, others)


@pytest.mark.parametrize(
    ("number", "top"), [(0, 1), (1, 1), (7, 8), (9, 10), (10, 10), (11, 20), (21, 30), (99, 100), (601, 800)]
)
def test_the_top_is_a_round_number(number, top):
    assert round_up(number) == top


def test_a_bar_stands_on_the_ground_and_its_blocks_on_each_other():
    (column,) = chart([bar(people=2, automatic=5, others=3)]).columns
    assert [(block.kind, block.y, block.height) for block in column.blocks] == [
        ("people", 800, 200),
        ("automatic", 300, 500),
        ("others", 0, 300),
    ]


def test_a_bar_is_as_high_as_its_share_and_a_single_call_is_seen():
    low, high, none = chart([bar(automatic=1), bar(automatic=5000), bar()]).columns
    assert [block.height for block in (*low.blocks, *high.blocks)] == [LEAST, HEIGHT]
    assert (none.blocks, [low.x, high.x, none.x]) == ([], [1, 11, 21])
