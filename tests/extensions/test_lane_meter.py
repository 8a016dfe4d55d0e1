"""What counts of calls are kept, and what the call meter makes of them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from extensions.core import checks, lanes, queries
from extensions.core.contract import CannotConnect, LanePolicy, Quota, Throttled
from extensions.core.lanes import Purpose, call_history, counting, meter
from extensions.core.models import CallCount, Lane
from extensions.core.services import configurations, connection_checks
from iotdash.audit.services import Source
from tests.extensions import meterco

NOW = "2026-11-23T10:30:20Z"


@pytest.fixture
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)
    return timezone.now()


@pytest.fixture
def lane(db):
    return lanes.of_account("an account", LanePolicy(per_second=5))


def count(lane, at, purpose=Purpose.SYNC, calls=1, config_id=1):
    for _ in range(calls):
        counting.note_call(lane.pk, at, purpose, config_id)


def test_the_meter_tells_spans_by_purpose(lane, noon):
    count(lane, noon, Purpose.SYNC, 2)
    count(lane, noon - timedelta(minutes=1), Purpose.PEOPLE, 3)
    count(lane, noon - timedelta(minutes=1), Purpose.USAGE, 4)
    count(lane, noon - timedelta(minutes=59), Purpose.CONFIRMATION, 5)
    count(lane, noon - timedelta(minutes=60), Purpose.SYNC, 100)
    read = meter.read(lane, {1})
    assert read.minute.own == {Purpose.PEOPLE: 3, Purpose.USAGE: 4}
    assert read.hour.own == {Purpose.SYNC: 2, Purpose.PEOPLE: 3, Purpose.USAGE: 4, Purpose.CONFIRMATION: 5}
    assert read.month.own == read.hour.own | {Purpose.SYNC: 102}
    assert [span.used for span in read.spans] == [7, 14, 114]
    assert read.hour.for_people == 8


def test_what_is_left_is_what_the_pace_allows_besides(lane, noon):
    count(lane, noon - timedelta(minutes=1), calls=7, config_id=1)
    count(lane, noon - timedelta(minutes=1), calls=3, config_id=2)
    read = meter.read(lane, {1})
    assert [(span.most, span.left) for span in read.spans] == [(300, 290), (18000, 17990), (None, None)]
    Lane.objects.update(per_second=0.001)
    lane.refresh_from_db()
    assert [(span.most, span.left) for span in meter.read(lane, {1}).spans[:2]] == [(1, 0), (3, 0)]


def test_days_are_those_of_the_person(lane, noon):
    """At 10:30 UTC it is 00:30 of the next day in the zone, so thirty days began at 10:00 UTC."""
    begins = noon.replace(minute=0, second=0) - timedelta(days=29)
    with timezone.override("Pacific/Kiritimati"):
        assert meter.read(lane, ()).month.begins == begins
        for hour, calls in ((begins, 2), (begins - timedelta(hours=1), 100)):
            counting.add({**counting._of_minute(lane.pk, hour, "sync", 1), "seconds": 3600}, calls=calls)
        assert meter.read(lane, {1}).month.used == 2


def test_a_quota_has_a_month_of_its_own_and_whoever_called_used_it(lane, noon):
    begins = noon.replace(day=8, hour=23, minute=0, second=0)
    quota = Quota(100, begins, noon + timedelta(days=9), "As agreed.")
    for at, calls, config_id in (
        (begins, 30, 1),
        (begins + timedelta(days=2), 49, 2),
        (noon - timedelta(days=15), 5, 1),
    ):
        counting.add({**counting._of_minute(lane.pk, at, "sync", config_id), "seconds": 3600}, calls=calls)
    read = meter.read(lane, {1}, quota)
    assert (read.month.begins, read.month.mine, read.month.others, read.month.left) == (begins, 30, 49, 21)
    assert not read.nearly_spent
    count(lane, noon)
    assert meter.read(lane, {1}, quota).nearly_spent
    assert not meter.read(lane, {1}).nearly_spent


def test_no_more_is_left_of_a_minute_than_of_the_quota(lane, noon):
    quota = Quota(100, noon - timedelta(days=9), noon + timedelta(days=9), "As agreed.")
    count(lane, noon - timedelta(days=1), calls=93)
    read = meter.read(lane, {1}, quota)
    assert [span.left for span in read.spans] == [7, 7, 7]
    assert [span.left for span in meter.read(lane, {1}).spans] == [300, 18_000, None]
    count(lane, noon, calls=20)
    assert [span.left for span in meter.read(lane, {1}, quota).spans] == [0, 0, 0]


def test_others_who_share_the_account_are_one_number(lane, noon):
    count(lane, noon, calls=2, config_id=1)
    count(lane, noon, Purpose.PEOPLE, calls=3, config_id=2)
    count(lane, noon, Purpose.USAGE, calls=4, config_id=3)
    span = meter.read(lane, {1}).hour
    assert (span.own, span.others, span.for_people) == ({Purpose.SYNC: 2}, 7, 0)


def test_nobodys_calls_are_nobodys_own_on_an_account_that_may_be_shared(lane, noon):
    count(lane, noon, config_id=0)
    own = lanes.throwaway(LanePolicy(per_second=5))
    count(own, noon, config_id=0)
    assert meter.read(lane, {1}).hour.others == 1
    assert meter.read(own, {1}).hour.mine == 1


def fail(lane, at, error, config_id=1):
    """The newest call of the lane came back with it."""
    count(lane, at, config_id=config_id)
    Lane.objects.update(last_purpose="sync", last_call_at=at, last_config_id=config_id)
    lanes.note_failure(lane.pk, error)


def test_throttles_are_everybodys_and_failures_ones_own(lane, noon):
    fail(lane, noon - timedelta(minutes=2), Throttled("Slow down."), config_id=2)
    fail(lane, noon - timedelta(minutes=9), Throttled("Slow down."))
    fail(lane, noon - timedelta(minutes=1), CannotConnect("Nobody there."))
    fail(lane, noon - timedelta(hours=3), Throttled("Slow down."))
    read = meter.read(lane, {1})
    assert [(span.throttled, span.failed) for span in read.spans] == [(0, 1), (2, 2), (3, 3)]
    assert read.throttled_at == (noon - timedelta(minutes=2)).replace(second=0)


def test_calls_of_before_the_clock_was_set_back_are_not_told_as_made_lately(lane, noon):
    fail(lane, noon + timedelta(hours=3), Throttled("Slow down."))
    count(lane, noon, calls=2)
    quota = Quota(100, noon - timedelta(days=3), noon + timedelta(days=9), "As agreed.")
    read = meter.read(lane, {1}, quota)
    assert (read.hour.used, read.hour.throttled, read.throttled_at) == (2, 0, None)
    assert read.month.used == 3
    assert sum(bar.calls for bar in call_history.read(lane, {1}, call_history.MINUTES)) == 2


def test_the_next_free_slot(lane, noon):
    assert (meter.read(lane, ()).free_at, meter.read(lane, ()).waits) == (noon, 0)
    Lane.objects.update(recent_calls=[noon.timestamp() - 0.4] * 5)
    lane.refresh_from_db()
    assert meter.read(lane, ()).free_at == noon + timedelta(seconds=0.6)
    lanes.note_failure(lane.pk, Throttled("Slow down."))
    lane.refresh_from_db()
    assert meter.read(lane, ()).waits == 10


def test_when_slow_reading_goes_on(lane, noon):
    assert meter.read(lane, ()).budget_back_at is None
    Lane.objects.update(limited_calls=[[int(noon.timestamp()) - 50, 150]])
    lane.refresh_from_db()
    assert meter.read(lane, ()).budget_back_at == noon + timedelta(seconds=11)


def test_support_staff_see_each_configuration_and_all_together(lane, noon):
    count(lane, noon, calls=2, config_id=1)
    count(lane, noon, Purpose.PEOPLE, calls=3, config_id=2)
    account, of_each = meter.read_all(lane)
    assert account.hour.own == {Purpose.SYNC: 2, Purpose.PEOPLE: 3}
    assert {config: each.hour.own for config, each in of_each.items()} == {1: {Purpose.SYNC: 2}, 2: {Purpose.PEOPLE: 3}}


def test_minutes_become_hours_and_hours_are_forgotten(lane, noon, settings):
    settings.IOTDASH_CALLS_BY_MINUTE_HOURS, settings.IOTDASH_CALLS_BY_HOUR_DAYS = 2, 10
    for minutes in (0, 89, 91, 100, 151, 152):
        count(lane, noon - timedelta(minutes=minutes), calls=2)
    for _ in range(4):
        lanes.tidy_counts()
    kept = CallCount.objects.order_by("begins").values_list("begins__hour", "seconds", "calls")
    assert list(kept) == [(7, 3600, 4), (8, 60, 2), (8, 60, 2), (9, 60, 2), (10, 60, 2)]
    CallCount.objects.filter(seconds=3600).update(begins=noon - timedelta(days=10, hours=1))
    lanes.tidy_counts()
    assert not CallCount.objects.filter(seconds=3600).exists()


@pytest.mark.parametrize(("name", "least"), [("IOTDASH_CALLS_BY_MINUTE_HOURS", 24), ("IOTDASH_CALLS_BY_HOUR_DAYS", 32)])
def test_counts_that_go_before_they_are_told_are_refused(settings, name, least):
    setattr(settings, name, least)
    assert checks.check_call_counts() == []
    setattr(settings, name, least - 1)
    assert [name in error.msg for error in checks.check_call_counts()] == [True]


def test_a_month_of_31_days_and_an_hour_is_counted_to_its_end(lane, time_machine, settings):
    """October in Paris, where Orange counts: from 22:00 UTC on the 30th of September."""
    settings.IOTDASH_CALLS_BY_HOUR_DAYS = checks.FEWEST_CALL_DAYS
    begins, ends = datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)
    count(lane, begins, calls=3)
    for moment in (begins + timedelta(days=3), ends - timedelta(seconds=1)):
        time_machine.move_to(moment, tick=False)
        lanes.tidy_counts()
    assert CallCount.objects.get().seconds == 3600
    assert meter.read(lane, {1}, Quota(100, begins, ends, "")).month.used == 3


def test_a_minute_that_comes_late_is_added_to_its_hour(lane, noon):
    for _ in range(2):
        count(lane, noon - timedelta(days=3), calls=2)
        lanes.tidy_counts()
    assert list(CallCount.objects.values_list("seconds", "calls")) == [(3600, 4)]


def test_calls_that_proved_an_account_are_counted_for_it(organization, other_organization, carrier, config):
    elsewhere = Source(actor="other@example.com", organization=other_organization.public_id)
    check = connection_checks.ask(other_organization, carrier, meterco.SETTINGS, elsewhere)
    lanes.run(check.lane_id)
    count(check.lane, timezone.now(), Purpose.PEOPLE, config_id=0)
    added = configurations.add(other_organization, carrier, "", meterco.SETTINGS, elsewhere)
    assert added.lane_id == config.lane_id
    assert queries.meter_of(added).hour.own == {Purpose.PEOPLE: 1}
    assert queries.meter_of(config).hour.others == 1
