"""Two hundred accounts in one worker of eight threads: nobody waits for somebody else's account."""

from itertools import pairwise
from statistics import mean

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.models import Lane
from tests.extensions.lane_world import LaneWorld

MANY = 200


@pytest.fixture
def world(db, monkeypatch, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    made = LaneWorld(monkeypatch, timezone.now(), lambda now: time_machine.move_to(now, tick=False))
    yield made
    made.time.stop()


@pytest.mark.slow
def test_a_person_waits_for_about_one_call_though_two_hundred_accounts_are_busy(world):
    busy = [world.account(0.4, backlog=1000) for _ in range(MANY)]
    quiet = world.account(0.4)
    world.time.run(15)
    for account in [quiet, *busy[::40]]:
        world.ask(account)
        world.time.run(3)
    waits = [wait for account in [quiet, *busy] for wait in account.waits]
    assert len(waits) == 6
    assert max(waits) < 1.5


@pytest.mark.long
@pytest.mark.slow
def test_every_busy_account_gets_its_share(world):
    busy = [world.account(0.4, backlog=1000) for _ in range(MANY)]
    world.time.run(30)
    calls = [world.calls[account.lane_id] for account in busy]
    assert sum(calls) > 0.95 * 30 * 8 / 0.4, "the threads are used"
    assert max(calls) <= 2 * mean(calls)
    assert min(calls) >= mean(calls) / 3


@pytest.mark.slow
def test_threads_do_not_sleep_for_the_pace_of_one_account_while_others_wait(world):
    busy = [world.account(0.05, backlog=10_000) for _ in range(20)]
    world.time.run(20)
    assert min(world.calls[account.lane_id] for account in busy) >= 0.9 * 5 * 20


@pytest.mark.slow
def test_few_accounts_keep_their_threads_and_the_whole_rate(world):
    busy = [world.account(0.05, backlog=10_000) for _ in range(4)]
    world.time.run(20)
    assert min(world.calls[account.lane_id] for account in busy) >= 0.95 * 5 * 20


@pytest.mark.slow
def test_hanging_accounts_leave_half_of_the_threads_to_the_others(world):
    for _ in range(40):
        world.account(0.4, backlog=1000).hangs = True
    world.time.run(60)
    world.most_hanging = 0
    healthy = world.account(0.4)
    world.ask(healthy)
    world.time.run(60)
    assert world.most_hanging <= 4
    assert healthy.waits[0] < 1


@pytest.mark.slow
def test_an_account_that_comes_back_is_served_again(world):
    account = world.account(0.4, backlog=1000)
    account.hangs = True
    world.time.run(60)
    assert world.calls[account.lane_id] == 0
    account.hangs = False
    world.time.run(60)
    assert world.calls[account.lane_id] > 20
    assert not Lane.objects.get(pk=account.lane_id).failures


def test_a_lane_that_opens_again_is_probed_with_one_call(world):
    account = world.account(0.4, backlog=1000)
    account.hangs = True
    world.looks_every = 1
    world.time.run(400)
    probes = []
    world.end = lambda account, answered: (
        probes.append(world.time.now) or LaneWorld.end(world, account, answered=answered)
    )
    world.time.run(1200)
    assert min(later - earlier for earlier, later in pairwise(probes)) >= 300


@pytest.mark.slow
def test_a_queue_longer_than_the_patience_with_messages_does_not_grow(world):
    """A round takes a minute, and each message is taken for lost meanwhile."""
    for _ in range(MANY):
        world.account(2.9, backlog=1000)
    world.time.run(300)
    assert world.most_queued <= 4


@pytest.mark.slow
def test_one_hanging_account_of_two_hundred_costs_the_others_little(world):
    busy = [world.account(0.4, backlog=1000) for _ in range(MANY)]
    busy[0].hangs = True
    world.time.run(60)
    others = sum(world.calls[account.lane_id] for account in busy[1:])
    assert others > 0.92 * 60 * 8 / 0.4


def test_a_message_that_nobody_expects_any_more_is_dropped(world):
    account = world.account(0.4, backlog=5)
    Lane.objects.filter(pk=account.lane_id).update(message_due_at=None)
    lanes.receive(account.lane_id, timezone.now())
    assert account.backlog == 5
