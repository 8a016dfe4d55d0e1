"""Every SIM of an account has a row: the first inventory, changes, and what is gone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core.contract import PermissionDenied
from extensions.core.models import Operation
from extensions.sims import first_records
from extensions.sims.models import Sim
from tests.sims.fleet_carrier import poor
from tests.sims.sync.fleets import fleet, names, rows

pytestmark = pytest.mark.slow


def test_the_first_inventory_brings_every_sim_and_costs_a_call_for_each_page(provider, sync):
    provider.add(*names(45))
    state = sync()
    assert rows() == fleet(provider)
    assert provider.asked["inventory"] == (1 if provider.by_name else 5)
    assert (state.running, state.complete, state.inventory_at) == ("", True, timezone.now())


def test_after_that_only_changes_are_asked_for_by_the_carriers_clock_with_an_overlap(provider, sync, later):
    provider.ahead = timedelta(hours=-3)
    provider.add(*names(45))
    later(hours=1)
    sync()
    later(minutes=14)
    provider.change("0007", state="Deactivated")
    later(minutes=1)
    before = provider.asked["inventory"]
    state = sync()
    assert rows() == fleet(provider)
    assert provider.asked["inventory"] - before == 1
    assert state.since == state.started_at - timedelta(minutes=20) + provider.ahead
    assert Sim.objects.get(subject="0007").fetched_at == timezone.now()
    assert Sim.objects.get(subject="0008").fetched_at < timezone.now()


def test_a_change_that_the_carrier_lists_late_is_found_by_the_overlap(provider, sync, later):
    provider.add(*names(5))
    sync()
    provider.change("0003", state="Retired")
    provider.fleet["0003"].changed_at -= timedelta(minutes=4)
    later(minutes=15)
    sync()
    assert rows() == fleet(provider)


def test_nothing_is_asked_between_two_synchronisations(provider, sync, later):
    provider.add(*names(5))
    sync()
    before = provider.asked.total()
    later(minutes=14, seconds=50)
    sync()
    assert provider.asked.total() == before


def test_a_list_that_moves_while_it_is_read_is_read_again_until_it_is_whole(provider, sync):
    provider.add(*names(45))

    def moved() -> None:
        """Before the third page a SIM of the first goes to the end, so that another slips to the page before."""
        if provider.asked["inventory"] == 3:
            provider.change("0002", state="Deactivated")

    provider.before_call = moved
    state = sync()
    assert rows() == fleet(provider)
    assert state.complete
    assert provider.asked["inventory"] == (1 if provider.by_name else 10)


@pytest.mark.slow
def test_a_list_that_never_stands_still_ends_as_incomplete_and_nothing_is_taken_for_gone(
    provider, sync, later, asked_once
):
    if provider.by_name:
        pytest.skip("A list that comes at once cannot move.")
    provider.add(*names(45))
    sync()
    provider.remove("0044")
    later(days=2)
    as_it_is = provider.inventory

    def slips(context, since, cursor):
        """One that is never where it is looked for; another is listed twice in its stead."""
        page = as_it_is(context, since, cursor)
        return replace(
            page,
            records=[poor(provider.fleet["0001" if r.subject == "0030" else r.subject].record) for r in page.records],
        )

    provider.inventory = slips
    state = sync()
    assert (state.complete, state.running) == (False, "")
    assert not Sim.objects.exclude(missing_since=None).exists()
    provider.inventory = as_it_is
    later(hours=1, seconds=1)
    assert sync().complete
    assert [sim.subject for sim in Sim.objects.exclude(missing_since=None)] == ["0044"]


@pytest.mark.slow
def test_a_sim_that_slips_past_while_another_leaves_the_account_is_not_gone(provider, sync, later, asked_once):
    """The list is as long as it is found to be, and yet one of its SIMs was on no page."""
    provider.add(*names(45))
    sync()
    later(days=2)
    third = provider.asked["inventory"] + 3

    def leaves() -> None:
        if provider.asked["inventory"] == third:
            provider.remove("0002")

    provider.before_call = leaves
    sync()
    assert Sim.objects.get(subject="0021").missing_since is None
    later(days=2)
    sync()
    assert [sim.subject for sim in Sim.objects.exclude(missing_since=None)] == ([] if provider.by_name else ["0002"])


def test_only_a_whole_inventory_shows_what_is_gone_and_what_came_back(provider, sync, later, asked_once):
    provider.add(*names(25))
    sync()
    provider.remove("0003")
    later(minutes=15)
    sync()
    assert Sim.objects.get(subject="0003").missing_since is None
    later(days=2)
    sync()
    gone = Sim.objects.get(subject="0003")
    assert gone.missing_since == timezone.now()
    assert (gone.state, Sim.objects.count()) == ("Activated", 25)
    provider.add("0003", state="Inventory")
    later(minutes=15)
    sync()
    assert rows() == fleet(provider)


def test_a_sim_that_was_heard_of_during_an_inventory_is_not_gone(provider, sync, later, asked_once):
    """Listed on no page, but read by a person meanwhile."""
    provider.add(*names(5))
    sync()
    later(days=2)
    hidden = provider.fleet.pop("0005")
    provider.before_call = lambda: Sim.objects.filter(subject="0005").update(fetched_at=timezone.now())
    sync()
    assert Sim.objects.get(subject="0005").missing_since is None
    assert hidden.record.subject == "0005"


def test_clocks_that_differ_do_not_make_an_inventory_incomplete(provider, sync, later, asked_once):
    """Another machine, whose clock is ahead, has just stored one of the SIMs."""
    provider.add(*names(5))
    sync()
    later(days=2)
    provider.before_call = lambda: Sim.objects.filter(subject="0003").update(
        fetched_at=timezone.now() + timedelta(seconds=2)
    )
    calls = provider.asked["inventory"]
    assert sync().complete
    assert provider.asked["inventory"] == calls + 1


def test_one_long_answer_is_stored_in_pieces(provider, sync, monkeypatch):
    if not provider.by_name:
        pytest.skip("Pages are short.")
    monkeypatch.setattr("extensions.sims.storing.AT_ONCE", 7)
    provider.add(*names(45))
    sync()
    assert rows() == fleet(provider)
    assert provider.asked["inventory"] == 1
    assert provider.asked["refresh"] == 5


def test_sims_of_devices_are_not_asked_about_one_by_one_ahead_of_the_first_inventory(
    provider, sync, config, target, later
):
    provider.add(*names(3))
    first_records.ask_where_due()
    assert not Operation.objects.exclude(operation_id="rateplans").exists()
    sync()
    first_records.ask_where_due()
    assert not Operation.objects.exclude(operation_id="rateplans").exists()
    assert Sim.objects.get(subject="0001").fetched_at


def test_where_no_list_is_given_sims_of_devices_are_asked_about_one_by_one(provider, sync, config, target):
    def denied() -> None:
        raise PermissionDenied("The user may not list SIMs.")

    provider.before_call = denied
    sync()
    first_records.ask_where_due()
    assert Operation.objects.filter(operation_id="terminal", subject="0001").exists()
