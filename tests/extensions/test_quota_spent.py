"""An account whose allowance of calls is spent: told at once, left alone until it is given back, then all goes on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import QuotaSpent
from extensions.core.models import Operation
from extensions.core.services import operations as asking
from extensions.core.services import recovery
from extensions.sims import operations

PANEL = "/abc123/devices/pump/p1/extensions/meterco/"
WORDS = "The calls of this month are used up until 1 December."


@pytest.fixture
def spent(target, provider, source, work, later):
    """A read that was told so."""
    provider.will["record"] = [QuotaSpent(WORDS, until=timezone.now() + timedelta(days=9), code="Q1", words="Used up")]
    asking.ask(target, operations.of(provider, {})[0], {}, source)
    return work()


def test_a_read_does_not_wait_for_days(spent):
    assert (spent.state, spent.error, spent.code) == ("failed", "QuotaSpent", "Q1")


def test_one_that_is_given_back_in_a_moment_is_waited_for(target, provider, source, work, later):
    provider.will["record"] = [QuotaSpent("Used up.", until=timezone.now() + timedelta(minutes=1))]
    asking.ask(target, operations.of(provider, {})[0], {}, source)
    assert work().state == "queued"
    later(minutes=1, seconds=11)
    assert work().state == "confirmed"


def test_health_says_so_and_until_when(spent, config, owner_client):
    config.refresh_from_db()
    assert config.health == "quota spent"
    assert config.lane.blocked_until == timezone.now() + timedelta(days=9)
    page = owner_client.get(f"/abc123/extensions/{config.pk}/").content.decode()
    assert WORDS in page
    assert "Next attempt" in page


def test_until_then_nothing_is_asked_and_whoever_asks_is_told(
    spent, target, config, provider, later, operator_client, owner_client
):
    before = provider.calls.total()
    answer = operator_client.post(f"{PANEL}operations/terminal/")
    assert answer.status_code == 409
    assert "has used up its allowance: " + WORDS in answer.content.decode()
    assert Operation.objects.count() == 1
    checked = owner_client.post(f"/abc123/extensions/{config.pk}/check/", follow=True)
    assert "has used up its allowance: " + WORDS in checked.content.decode()
    for _ in range(8):
        later(days=1)
        recovery.ask_again()
        lanes.wake_due()
        lanes.run(config.lane_id)
    assert provider.calls.total() == before


def test_when_it_is_given_back_everything_goes_on_by_itself(spent, target, config, source, provider, work, later):
    later(days=9, seconds=1)
    recovery.ask_again()
    lanes.run(config.lane_id)
    config.refresh_from_db()
    assert (config.health, config.next_attempt_at) == ("connected", None)
    asking.ask(target, operations.of(provider, {})[0], {}, source)
    assert work().state == "confirmed"
