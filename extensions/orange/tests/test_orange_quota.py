"""Calls that Orange counts by the month: shown, spent, given back, and shared."""

import pytest
from orange_account import NEXT_MONTH, PANEL
from orange_spec import CREDENTIALS, C, D, answer, entry, fault, found, listed
from werkzeug import Response

from extensions.core import lanes, queries
from extensions.core.models import ExtensionConfig, Operation
from extensions.core.services import configurations, connection_checks, recovery
from extensions.orange.manifest import MANIFEST
from extensions.sims.models import Sim
from iotdash.audit.services import Source

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_calls_of_this_month_are_shown_beside_the_quota(config, device, run, orange, owner_client):
    run()
    page = owner_client.get(f"/abc123/extensions/{config.pk}/").content.decode()
    assert f"{len(orange.requests)} of 1,003" in page
    assert "Allowed are 1,000 plus 3 for each SIM, as in contracts of 2017; 1 is known here." in page


def test_a_spent_quota_stops_the_lane_until_the_month_begins_in_paris(
    config, device, run, wire, orange, owner_client, time_machine
):
    run()
    wire(None)
    owner_client.post(f"{PANEL}operations/sim/")
    after = run()
    assert (after.health, after.lane.block, after.lane.blocked_until) == ("quota spent", "quota spent", NEXT_MONTH)
    assert "until 1 December 2026" in after.health_reason
    assert Operation.objects.latest("pk").state == "failed"
    page = owner_client.get(f"/abc123/extensions/{config.pk}/").content.decode()
    assert "until 1 December 2026" in page
    assert owner_client.post(f"{PANEL}operations/sim/").status_code == 409

    before = len(orange.requests)
    time_machine.move_to("2026-11-30T22:59:00Z", tick=False)
    recovery.ask_again()
    lanes.wake_due()
    run()
    assert len(orange.requests) == before

    wire()
    time_machine.move_to("2026-11-30T23:00:01Z", tick=False)
    recovery.ask_again()
    assert run().health == "connected"
    assert len(orange.requests) > before


def test_a_quota_that_ends_between_batches_keeps_what_came_and_goes_on_next_month(
    config, run, orange, time_machine, organization
):
    serials = [f"{number:013}" for number in range(250)]
    left = [5]

    def reply() -> Response:
        asked, left[0] = orange.asked[-1], left[0] - 1
        if left[0] < 0:
            return answer(fault("MLM_QUOTA_EXCEEDED", "Quota mensuel dépassé"), 500)
        if asked.tag.endswith("searchInConnectivityDirectory"):
            start = int(asked.findtext(f"{D}rangeStart"))
            return answer(listed(*map(entry, serials[start : start + 100]), total=250))
        return answer(found(*(entry(each.text) for each in asked.iter(f"{C}simSerialNumber"))))

    orange.answers = [reply]
    after = run()
    assert (after.health, after.lane.blocked_until) == ("quota spent", NEXT_MONTH)
    # Three pages of the list, two batches of details.
    assert Sim.objects.exclude(details_at=None).count() == 200
    calls = len(orange.requests)
    left[0] = 100
    run()
    assert len(orange.requests) == calls
    time_machine.move_to("2026-11-30T23:00:01Z", tick=False)
    recovery.ask_again()
    assert run().health == "connected"
    assert Sim.objects.filter(details_at__gt=NEXT_MONTH).count() == 250


def test_organizations_with_one_account_count_its_calls_together(
    config, run, orange, other_organization, httpserver, organization
):
    run()
    somebody = Source(actor="other@example.com", organization=other_organization.public_id)
    settings = {**CREDENTIALS, "base_url": httpserver.url_for("/MLM")}
    check = connection_checks.ask(other_organization, MANIFEST, settings, somebody)
    lanes.run(check.lane_id)
    theirs = configurations.add(other_organization, MANIFEST, "Theirs", settings, somebody)
    lanes.run(theirs.lane_id)
    ours = ExtensionConfig.objects.get(pk=config.pk)
    assert theirs.lane_id == ours.lane_id
    meters = [queries.meter_of(each).month for each in (ours, theirs)]
    assert {each.used for each in meters} == {len(orange.requests)}
    assert all(0 < each.mine < each.used for each in meters)
