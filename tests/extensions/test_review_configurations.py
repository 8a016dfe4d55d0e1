"""Configurations and checks under attack: stale objects, races with the lane, and what must not come back."""

import pytest
from django.db import DatabaseError
from django.utils import timezone

from extensions.core import lanes, registry, secret_settings
from extensions.core.contract import AuthRejected, Proof, Throttled
from extensions.core.models import ConnectionCheck, ExtensionConfig, Operation
from extensions.core.services import configurations, connection_checks, operations
from iotdash.audit.models import ActivityEntry
from iotdash.lib import crypto
from iotdash.runtime.models import Lease
from tests.extensions import meterco
from tests.extensions.asking import activate

NEW = meterco.SETTINGS | {"key": "new"}


def fresh(config) -> ExtensionConfig:
    return ExtensionConfig.objects.get(pk=config.pk)


@pytest.mark.parametrize("error", [KeyError("bug"), crypto.Corrupt("This stored secret is damaged.", "x")])
def test_a_check_that_fails_unexpectedly_is_answered_and_the_lane_goes_on(
    config, target, source, provider, carrier, error
):
    provider.will["check"] = [error]
    check = connection_checks.ask(config.organization, carrier, meterco.SETTINGS, source, config)
    write = activate(target, source)
    for _ in range(2):
        lanes.run(config.lane_id)
    check.refresh_from_db()
    write.refresh_from_db()
    assert (check.state, write.state) == ("failed", "accepted")
    assert check.sentence


@pytest.mark.parametrize(("refusals", "state", "calls"), [(2, "proved", 3), (20, "failed", 9)])
def test_a_draft_is_checked_again_while_others_use_up_the_pace(
    organization, carrier, source, provider, refusals, state, calls
):
    provider.will["check"] = [Throttled("Too many calls.") for _ in range(refusals)]
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    lanes.run(check.lane_id)
    check.refresh_from_db()
    assert (check.state, provider.calls["check"]) == (state, calls)


def test_a_check_in_the_queue_of_its_account_is_refused_at_once(config, source, provider, carrier):
    provider.will["check"] = [Throttled("Too many calls.")]
    check = connection_checks.ask(config.organization, carrier, meterco.SETTINGS, source, config)
    lanes.run(config.lane_id)
    check.refresh_from_db()
    assert check.error == "Throttled"


def test_a_draft_whose_key_is_gone_is_answered(organization, carrier, source, provider):
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    ConnectionCheck.objects.update(draft="k1:00000000:zzz")
    lanes.run(check.lane_id)
    check.refresh_from_db()
    assert (check.state, "00000000" in check.sentence) == ("failed", True)


def test_credentials_whose_key_is_gone_can_be_checked_while_they_are_entered_again(config, source, carrier):
    ExtensionConfig.objects.update(secrets="k1:00000000:zzz")
    check = connection_checks.ask(config.organization, carrier, NEW, source, fresh(config))
    assert check.config is None


@pytest.mark.parametrize("how", ["forgotten", "removed"])
def test_a_check_that_was_deleted_while_it_was_asked_does_not_come_back(config, source, provider, carrier, how):
    def meanwhile():
        if how == "removed":
            configurations.remove(fresh(config), source)
        ConnectionCheck.objects.all().delete()
        return Proof("Accepted.")

    provider.will["check"] = [meanwhile]
    check = connection_checks.ask(config.organization, carrier, meterco.SETTINGS, source, config)
    lanes.run(check.lane_id)
    assert not ConnectionCheck.objects.exists()
    assert (fresh(config).secrets == "") == (how == "removed")


def test_an_answer_to_earlier_settings_does_not_prove_new_ones(config, source, provider, carrier):
    provider.will["check"] = [
        lambda: configurations.replace_settings(fresh(config), NEW | {"user": "other"}, source) or Proof("Accepted.")
    ]
    before = config.lane_id
    check = connection_checks.ask(config.organization, carrier, meterco.SETTINGS, source, config)
    lanes.run(check.lane_id)
    now = fresh(config)
    assert (now.proved_at, now.health) == (None, "not checked")
    assert now.lane_id != before


def test_a_check_asked_before_and_run_after_a_replacement_proves_nothing(config, source, provider, carrier):
    check = connection_checks.ask(config.organization, carrier, meterco.SETTINGS, source, config)
    configurations.replace_settings(fresh(config), NEW, source)
    provider.will["check"] = [AuthRejected("The old key is refused.")]
    lanes.run(check.lane_id)
    assert (fresh(config).proved_at, fresh(config).health) == (None, "not checked")


def test_replacing_credentials_keeps_what_others_changed_meanwhile(config, source):
    stale = fresh(config)
    configurations.pause(config, source)
    configurations.rename(fresh(config), "Fleet", source)
    configurations.replace_settings(stale, NEW, source)
    now = fresh(config)
    assert (now.paused_at is None, now.name, secret_settings.whole(now)["key"]) == (False, "Fleet", "new")


def test_credentials_for_what_was_removed_meanwhile_are_not_stored(config, source):
    stale = fresh(config)
    configurations.remove(config, source)
    with pytest.raises(configurations.ConfigurationRefused, match="removed"):
        configurations.replace_settings(stale, NEW, source)
    now = fresh(config)
    assert (now.removed_at is None, now.secrets) == (False, "")


def test_removed_twice_is_removed_once(config, source, organization, carrier):
    stale = fresh(config)
    other = configurations.add(organization, carrier, "Other", meterco.SETTINGS | {"user": "b"}, source)
    third = configurations.add(organization, carrier, "Third", meterco.SETTINGS | {"user": "c"}, source)
    configurations.remove(config, source)
    configurations.make_default(third, source)
    configurations.remove(stale, source)
    assert (fresh(other).is_default, fresh(third).is_default) == (False, True)
    assert ActivityEntry.objects.filter(action="extension removed").count() == 1


def test_a_write_that_was_sent_before_the_removal_is_not_said_to_be_unsent(config, target, source, provider):
    provider.will["set_state"] = [Throttled("Too many calls.")]
    write = activate(target, source)
    lanes.run(config.lane_id)
    configurations.remove(fresh(config), source)
    operations.settle_removed()
    write.refresh_from_db()
    assert (write.state, write.settled) == ("unknown", True)


def test_what_was_removed_meanwhile_does_not_become_the_default(config, source, organization, carrier):
    other = configurations.add(organization, carrier, "Other", meterco.SETTINGS | {"user": "b"}, source)
    stale = fresh(other)
    configurations.remove(other, source)
    configurations.make_default(stale, source)
    assert fresh(config).is_default


def test_a_change_and_its_audit_entry_come_together(config, source, organization, carrier, monkeypatch):
    def killed(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(configurations, "record", killed)
    before = fresh(config)
    for change in (
        lambda: configurations.add(organization, carrier, "Other", meterco.SETTINGS | {"user": "b"}, source),
        lambda: configurations.rename(fresh(config), "Fleet", source),
        lambda: configurations.replace_settings(fresh(config), NEW, source),
    ):
        with pytest.raises(DatabaseError):
            change()
    assert ExtensionConfig.objects.get().secrets == before.secrets
    assert fresh(config).name == "Main account"


def test_a_proof_counts_for_an_hour(organization, carrier, source, provider, later):
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    lanes.run(check.lane_id)
    later(minutes=61)
    assert configurations.add(organization, carrier, "", meterco.SETTINGS, source).proved_at is None


def test_leases_of_lanes_that_are_gone_go_too(organization, carrier, source, provider, later):
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    lanes.run(check.lane_id)
    later(hours=2)
    connection_checks.forget_old()
    assert not Lease.objects.exists()


def test_work_of_an_extension_that_is_not_installed_waits_and_stops_nothing(
    config, target, source, provider, carrier, monkeypatch, later
):
    from extensions.core.services import operations
    from extensions.sims import plans

    activate(target, source)
    connection_checks.ask(config.organization, carrier, meterco.SETTINGS, source, config)
    Operation.objects.update(state="sent", holder="killed", sent_at=timezone.now())
    monkeypatch.delitem(registry._manifests, "meterco")
    lanes.run(config.lane_id)
    plans.ask_where_due()
    assert operations.source.due_lanes(timezone.now()) == set()
    assert Operation.objects.get().state == "sent"
