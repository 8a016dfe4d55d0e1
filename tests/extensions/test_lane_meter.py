"""What counts of calls are kept, and what a configuration's page says of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes, queries
from extensions.core.contract import LanePolicy, Throttled
from extensions.core.lanes import Purpose, counting, meter
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


def test_the_meter_tells_minute_and_hour_by_purpose(lane, noon):
    count(lane, noon, Purpose.SYNC, 2)
    count(lane, noon - timedelta(minutes=1), Purpose.PEOPLE, 3)
    count(lane, noon - timedelta(minutes=1), Purpose.USAGE, 4)
    count(lane, noon - timedelta(minutes=59), Purpose.CONFIRMATION, 5)
    count(lane, noon - timedelta(minutes=61), Purpose.SYNC, 100)
    read = meter.read(lane, {1})
    assert read.minute == {Purpose.PEOPLE: 3, Purpose.USAGE: 4}
    assert read.hour == {Purpose.SYNC: 2, Purpose.PEOPLE: 3, Purpose.USAGE: 4, Purpose.CONFIRMATION: 5}
    assert (read.calls, read.for_people) == (14, 8)


def test_others_who_share_the_account_are_one_number(lane, noon):
    count(lane, noon, calls=2, config_id=1)
    count(lane, noon, Purpose.PEOPLE, calls=3, config_id=2)
    read = meter.read(lane, {1})
    assert (read.hour, read.others) == ({Purpose.SYNC: 2}, 3)


def test_the_next_free_slot(lane, noon):
    assert meter.read(lane, ()).free_at == noon
    Lane.objects.update(recent_calls=[noon.timestamp() - 0.4] * 5)
    lane.refresh_from_db()
    assert meter.read(lane, ()).free_at == noon + timedelta(seconds=0.6)
    lanes.note_failure(lane.pk, Throttled("Slow down."))
    lane.refresh_from_db()
    assert meter.read(lane, ()).free_at == noon + timedelta(seconds=10)


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
    assert queries.meter_of(added).hour == {Purpose.PEOPLE: 1}
    assert queries.meter_of(config).others == 1


def page(client, config) -> str:
    return " ".join(client.get(f"/abc123/extensions/{config.pk}/").content.decode().split())


def test_the_page_says_what_the_account_was_asked(owner_client, config, noon):
    assert "No calls in the last hour." in page(owner_client, config)
    count(config.lane, noon, Purpose.SYNC, calls=4, config_id=config.pk)
    count(config.lane, noon, Purpose.PEOPLE, config_id=config.pk)
    said = page(owner_client, config)
    assert "Calls in the last hour: 5, of them 1 for people." in said
    assert "failed" not in said


def test_the_page_says_that_the_lane_is_shut_and_until_when(owner_client, config, noon):
    count(config.lane, noon, config_id=config.pk)
    Lane.objects.update(last_purpose="sync", last_call_at=noon, last_config_id=config.pk)
    lanes.note_failure(config.lane_id, Throttled("Slow down."))
    said = page(owner_client, config)
    assert "1 failed, 1 of them refused for their pace." in said
    assert "<strong>Throttled</strong>: no call is made before" in said
