"""The call meter: its card on a configuration's page, its page, and what support staff see of it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import Throttled
from extensions.core.lanes import Purpose, counting
from extensions.core.models import CallCount, ExtensionConfig, Lane
from extensions.core.services import configurations
from tests.extensions import meterco

pytestmark = pytest.mark.slow

NOW = "2026-11-23T10:30:20Z"


@pytest.fixture
def noon(config, time_machine):
    CallCount.objects.all().delete()
    Lane.objects.update(per_second=5)
    config.refresh_from_db()
    time_machine.move_to(NOW, tick=False)
    return timezone.now()


@pytest.fixture
def url(config):
    return f"/abc123/extensions/{config.pk}/calls/"


@pytest.fixture
def theirs(other_organization, carrier, config, source):
    """Another organization's configuration of the same account."""
    added = configurations.add(other_organization, carrier, "Theirs", meterco.SETTINGS, source)
    ExtensionConfig.objects.filter(pk=added.pk).update(lane=config.lane)
    added.refresh_from_db()
    return added


def count(config, at, purpose=Purpose.SYNC, calls=1):
    for _ in range(calls):
        counting.note_call(config.lane_id, at, purpose, config.pk)


def words(response) -> str:
    """What is read, without markup."""
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(client, url) -> str:
    return words(client.get(url))


def part(client, url, target):
    return client.get(url, HTTP_HX_REQUEST="true", HTTP_HX_TARGET=target)


def test_the_card_says_used_left_and_next_slot(owner_client, config, noon, url):
    count(config, noon - timedelta(minutes=1), Purpose.PEOPLE, 2)
    count(config, noon - timedelta(minutes=3), calls=4)
    count(config, noon - timedelta(days=2), calls=1000)
    said = page(owner_client, f"/abc123/extensions/{config.pk}/")
    assert "Last full minute 2 of 300 298 left Last hour 6 of 18,000 17,994 left 2 for people" in said
    assert "Last 30 days 1,006 Next free slot now Throttled Last 30 days: never" in said
    assert "Shared account" not in said
    assert f'href="{url}"' in owner_client.get(f"/abc123/extensions/{config.pk}/").content.decode()


def test_the_card_refreshes_itself_and_no_more(owner_client, config, noon, url):
    body = owner_client.get(f"/abc123/extensions/{config.pk}/").content.decode()
    assert f'id="call-meter" aria-labelledby="call-meter-title" hx-get="{url}" hx-trigger="every 30s"' in body
    refreshed = part(owner_client, url, "call-meter").content.decode()
    assert refreshed.strip().startswith('<section class="card" id="call-meter"')
    assert "<html" not in refreshed
    assert 'id="calls"' not in refreshed


def test_the_page_tells_purposes_spans_throttles_and_failures(owner_client, config, noon, url):
    count(config, noon - timedelta(minutes=1), Purpose.PEOPLE, 2)
    count(config, noon - timedelta(hours=2), Purpose.USAGE, 7)
    Lane.objects.update(last_purpose="usage", last_call_at=noon - timedelta(hours=2), last_config_id=config.pk)
    lanes.note_failure(config.lane_id, Throttled("Slow down."))
    said = page(owner_client, url)
    assert "Asked for by people 2 2 2 Usage 0 0 7 Used 2 2 9" in said
    assert "Left that the pace allows besides 298 of 300 17,998 of 18,000 no limit" in said
    assert "whoever made them 0 0 1 Failed own calls after which the account was in doubt 0 0 1" in said
    assert "Synchronisation" not in said
    assert "Throttled No call is made before 23 Nov 2026, 10:30:30 ." in said
    assert "Next free slot 23 Nov 2026, 10:30:30 Throttled 0 in the last hour last about 23 Nov 2026, 08:30" in said


def test_others_are_a_number_without_name_or_purpose(owner_client, config, noon, url, theirs, other_organization):
    count(config, noon - timedelta(minutes=1), Purpose.PEOPLE)
    count(theirs, noon - timedelta(minutes=1), Purpose.USAGE, 4)
    for address in (url, f"{url}?as=table", f"/abc123/extensions/{config.pk}/"):
        body = owner_client.get(address).content.decode()
        assert "Shared account" in body
        for secret in ("Theirs", other_organization.name, other_organization.public_id, ">Usage<"):
            assert secret not in body, address
    said = page(owner_client, url)
    assert "Asked for by people 1 1 1 Shared account other organizations on this server 4 4 4 Used 5 5 5" in said
    assert (
        "1 other organization on this server uses it too, at the same pace together; 4 calls in the last hour" in said
    )


def test_what_others_made_stays_told_when_they_are_gone(owner_client, config, noon, url, theirs, source):
    count(theirs, noon - timedelta(minutes=5), calls=3)
    configurations.remove(theirs, source)
    assert "Shared account other organizations on this server 0 3 3 Used 0 3 3" in page(owner_client, url)


def test_over_time_as_bars_and_as_a_table(owner_client, config, noon, url):
    count(config, noon, Purpose.PEOPLE, 3)
    count(config, noon - timedelta(minutes=12))
    body = owner_client.get(url).content.decode()
    assert "10:18: 1 call, 0 for people, 1 automatic, 0 shared account</title>" in body
    assert body.count('class="call-place"') == 60
    said = page(owner_client, f"{url}?as=table")
    assert "10:30 3 0 3 10:18 0 1 1 Newest first. A minute without calls is left out." in said
    assert "<svg viewBox" not in owner_client.get(f"{url}?as=table").content.decode()


@pytest.mark.parametrize(("scale", "bars", "row"), [("hour", 24, "23 Nov, 08:00 0 1 1"), ("day", 30, "23 Nov 0 2 2")])
def test_over_a_day_and_over_a_month(owner_client, config, noon, url, scale, bars, row):
    count(config, noon)
    count(config, noon - timedelta(hours=2))
    assert owner_client.get(f"{url}?by={scale}").content.decode().count('class="call-place"') == bars
    assert row in page(owner_client, f"{url}?by={scale}&as=table")


def test_what_is_chosen_is_kept_by_refreshing_and_by_the_other_choice(owner_client, noon, url):
    body = owner_client.get(f"{url}?by=hour&as=table").content.decode()
    assert f'hx-get="{url}?by=hour&amp;as=table" hx-trigger="every 15s"' in body
    assert 'href="?by=day&amp;as=table"' in body
    assert 'href="?by=hour"' in body
    refreshed = part(owner_client, f"{url}?by=hour&as=table", "calls").content.decode()
    assert refreshed.strip().startswith('<div class="stack" id="calls"')


@pytest.mark.parametrize("query", ["by=week", "as=music", "by="])
def test_what_there_is_not_is_refused(owner_client, url, query):
    response = owner_client.get(f"{url}?{query}")
    assert response.status_code == 400
    assert "can be chosen" in response.content.decode()


def test_nothing_called_yet(owner_client, noon, url):
    said = page(owner_client, url)
    assert "Asked for by people 0 0 0 Used 0 0 0" in said
    assert "No calls None were made in this time." in said


def test_readers_see_it_and_other_organizations_do_not(reader_client, other_owner_client, config, noon, url):
    assert "that the pace allows besides" in page(reader_client, url)
    assert other_owner_client.get(f"/xyz789/extensions/{config.pk}/calls/").status_code == 404


def test_looking_asks_nobody_and_wakes_no_lane(owner_client, config, noon, url, provider, messages):
    called, sent = provider.calls.total(), list(messages)
    for target in ("calls", "call-meter"):
        part(owner_client, url, target)
    page(owner_client, url)
    assert (provider.calls.total(), messages, CallCount.objects.count()) == (called, sent, 0)


def test_a_refresh_costs_the_same_however_many_calls_and_callers_there_are(owner_client, config, noon, url, theirs):
    def queries(target) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert part(owner_client, url, target).status_code == 200
        return len(captured)

    part(owner_client, url, "calls")
    few = [queries("call-meter"), queries("calls")]
    for minutes in range(0, 3000, 60):
        for purpose in Purpose:
            count(config, noon - timedelta(minutes=minutes), purpose)
            count(theirs, noon - timedelta(minutes=minutes), purpose)
    assert [queries("call-meter"), queries("calls")] == few
    assert few[0] <= 8
    assert few[1] <= 10


def test_support_staff_see_the_same_numbers_and_who(support_client, config, noon, theirs):
    count(config, noon - timedelta(minutes=1), Purpose.PEOPLE, 2)
    count(theirs, noon - timedelta(minutes=1), Purpose.USAGE, 4)
    counting.note_call(config.lane_id, noon, Purpose.SYNC, 4711)
    with CaptureQueriesContext(connection) as captured:
        body = support_client.get(f"/admin/extensions/lane/{config.lane_id}/change/")
    said = words(body)
    assert "Asked for by people 2 2 2 Synchronisation 0 1 1 Usage 4 4 4 Used 6 7 7" in said
    assert "Main account of Harbour pumps 2 2 2 0 0" in said
    assert "Theirs of Somebody else 4 4 4 0 0" in said
    assert "Configuration 4711, which is gone 0 1 1 0 0" in said
    assert f'href="/admin/extensions/extensionconfig/{theirs.pk}/change/"' in body.content.decode()
    assert len(captured) <= 12
