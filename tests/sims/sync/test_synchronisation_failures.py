"""Lists of carriers that fail in between, and of configurations that change meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import AuthRejected, BadResponse, PermissionDenied, Throttled
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations
from extensions.sims.models import Sim, Synchronisation
from tests.extensions import meterco
from tests.sims.sync.fleets import fleet, names, prove, rows


def test_throttling_in_the_middle_is_waited_for_and_the_list_goes_on_where_it_was(provider, sync, later):
    provider.add(*names(45))
    errors = {2: Throttled("Too many calls."), 3: BadResponse("Unreadable.")}

    def fails() -> None:
        if error := errors.pop(provider.asked["inventory"], None):
            raise error

    provider.before_call = fails
    sync()
    if not provider.by_name:
        assert Synchronisation.objects.get().sentence == "Too many calls."
        assert Sim.objects.count() == 10
    for _ in range(3):
        later(seconds=31)
        state = sync()
    assert rows() == fleet(provider)
    assert (state.sentence, state.failures) == ("", 0)
    assert provider.asked["inventory"] == (1 if provider.by_name else 7)


def test_refused_credentials_stop_everything_and_new_ones_go_on_where_it_was(provider, sync, config, source, later):
    provider.add(*names(45))
    at = 1 if provider.by_name else 3

    def fails() -> None:
        if provider.asked["inventory"] == at:
            raise AuthRejected("The key is refused.")

    provider.before_call = fails
    sync()
    assert ExtensionConfig.objects.get().health == "needs attention"
    assert provider.asked["inventory"] == at
    later(days=1)
    provider.before_call = lambda: None
    configurations.replace_settings(config, meterco.SETTINGS, source)
    prove(config, meterco.SETTINGS, source)
    sync()
    assert rows() == fleet(provider)
    assert provider.asked["inventory"] == (2 if provider.by_name else 6)


def test_a_paused_configuration_stands_still_and_goes_on_by_itself(provider, sync, config, source, later):
    provider.add(*names(5))
    configurations.pause(config, source)
    sync()
    assert not provider.asked["inventory"]
    later(days=3)
    configurations.resume(ExtensionConfig.objects.get(), source)
    sync()
    assert rows() == fleet(provider)


def test_credentials_that_nothing_proved_are_not_used_for_synchronisation(provider, sync):
    provider.add(*names(5))
    ExtensionConfig.objects.update(proved_at=None)
    lanes.run(ExtensionConfig.objects.get().lane_id)
    assert not provider.asked["inventory"]


def test_a_refused_list_says_in_whose_words_and_begins_anew_later(provider, sync, later):
    provider.add(*names(45))
    denied = PermissionDenied("The user may not list SIMs.", code="30", words="role not allowed")

    def fails() -> None:
        if provider.asked["inventory"] == 1:
            raise denied

    provider.before_call = fails
    state = sync()
    assert (state.sentence, state.code, state.words) == (denied.sentence, "30", "role not allowed")
    assert provider.asked["inventory"] == 1
    assert ExtensionConfig.objects.get().health == "connected"
    later(minutes=15)
    sync()
    assert rows() == fleet(provider)


@pytest.mark.slow
def test_a_carrier_that_repeats_its_pages_for_ever_is_left_alone(provider, sync):
    if provider.by_name:
        pytest.skip("One answer has no pages.")
    provider.add(*names(45))
    provider.inventory_as_it_is = provider.inventory
    provider.inventory = lambda context, since, cursor: provider.inventory_as_it_is(context, since, None)
    state = sync()
    assert (state.error, state.running, state.cursor) == ("BadResponse", "", None)
    assert "over and over" in state.sentence
    assert provider.asked["inventory"] < 40


@pytest.mark.slow
def test_another_account_behind_the_same_configuration_is_listed_from_the_beginning(
    provider, sync, config, source, later
):
    provider.add(*names(15))
    sync()
    later(minutes=1)
    provider.fleet.clear()
    provider.add(*names(15, first=101))
    other = meterco.SETTINGS | {"user": "other"}
    configurations.replace_settings(config, other, source)
    prove(config, other, source)
    sync()
    assert {name: row for name, row in rows().items() if row[2]} == fleet(provider)
    assert sorted(name for name, row in rows().items() if not row[2]) == names(15)


@pytest.mark.parametrize("what", ["inventory", "refresh"])
@pytest.mark.parametrize("how", ["replaced", "removed"])
def test_what_another_account_answers_late_is_not_stored(provider, sync, config, source, later, what, how):
    """The credentials are replaced, or the extension removed, while a call is being made."""
    provider.add(*names(5))
    sync()
    later(days=2)
    provider.change("0001", state="Retired")
    provider.remove("0005")
    before = rows()

    def meanwhile() -> None:
        if what == "refresh" and not provider.asked["refresh"] - asked:
            return
        provider.before_call = lambda: None
        now = ExtensionConfig.objects.get(pk=config.pk)
        if how == "replaced":
            configurations.replace_settings(now, meterco.SETTINGS | {"user": "other"}, source)
        else:
            configurations.remove(now, source)

    if what == "refresh":
        Synchronisation.objects.update(next_at=timezone.now() + timedelta(days=1))
        Sim.objects.update(refresh_due=True)
    asked = provider.asked["refresh"]
    provider.before_call = meanwhile
    lanes.run(config.lane_id)
    assert rows() == before
