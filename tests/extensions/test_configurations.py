"""Extension configurations and the checks that prove them."""

import pytest

from extensions.core import lanes, secret_settings
from extensions.core.contract import AuthRejected
from extensions.core.models import ConnectionCheck, ExtensionConfig, Lane
from extensions.core.services import configurations, connection_checks
from iotdash.audit.models import ActivityEntry
from tests.extensions import meterco

OTHER_ACCOUNT = meterco.SETTINGS | {"user": "second"}


def add(organization, carrier, source, name="Main", settings=meterco.SETTINGS) -> ExtensionConfig:
    return configurations.add(organization, carrier, name, settings, source)


def test_secrets_are_ciphertext_and_everything_else_is_readable(organization, carrier, source):
    config = add(organization, carrier, source)
    assert config.settings == {"user": "fleet", "host": "meterco.test"}
    assert "s3cret-key" not in config.secrets
    assert secret_settings.whole(config) == meterco.SETTINGS


def test_done_without_a_check_is_not_checked_yet(organization, carrier, source):
    config = add(organization, carrier, source)
    assert (config.health, config.proved_at) == ("not checked", None)


def test_done_after_a_check_of_the_same_settings_is_connected(config):
    assert (config.health, config.proof) == ("connected", "The key of fleet is accepted.")


def test_a_check_of_other_settings_proves_nothing(organization, carrier, source, config):
    assert add(organization, carrier, source, "Second", OTHER_ACCOUNT).health == "not checked"


def test_the_same_account_twice_is_refused_and_names_the_first(organization, carrier, source):
    first = add(organization, carrier, source)
    with pytest.raises(configurations.ConfigurationRefused, match="already configured here") as refused:
        add(organization, carrier, source, "Again", meterco.SETTINGS | {"key": "another key of the same user"})
    assert refused.value.existing == first


def test_the_same_name_twice_is_refused(organization, carrier, source):
    add(organization, carrier, source)
    with pytest.raises(configurations.ConfigurationRefused, match="Choose another name"):
        add(organization, carrier, source, "Main", OTHER_ACCOUNT)


def test_the_first_is_the_default_until_another_is_made_so_or_it_is_removed(organization, carrier, source):
    first = add(organization, carrier, source)
    second = add(organization, carrier, source, "Second", OTHER_ACCOUNT)
    assert (first.is_default, second.is_default) == (True, False)
    configurations.make_default(second, source)
    assert ExtensionConfig.objects.get(is_default=True) == second
    configurations.remove(ExtensionConfig.objects.get(pk=second.pk), source)
    assert ExtensionConfig.objects.get(is_default=True) == first


def test_an_account_can_be_added_again_after_it_was_removed(organization, carrier, source):
    configurations.remove(add(organization, carrier, source), source)
    assert add(organization, carrier, source).is_default


def test_a_failed_check_keeps_the_providers_own_words(organization, carrier, source, provider):
    provider.will["check"] = [AuthRejected("The key is refused.", code="10000001", words="Invalid credentials")]
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    lanes.run(check.lane_id)
    check.refresh_from_db()
    assert (check.state, check.error, check.words) == ("failed", "AuthRejected", "Invalid credentials")
    assert "s3cret-key" not in check.draft


def test_workers_are_told_of_a_check_when_it_is_there(
    organization, carrier, source, messages, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    assert messages == []
    for each in callbacks:
        each()
    assert messages == [(check.lane_id, None)]


def test_a_check_whose_runner_was_killed_is_asked_again(organization, carrier, source):
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    ConnectionCheck.objects.update(state="sent", holder="somebody who was killed")
    lanes.run(check.lane_id)
    check.refresh_from_db()
    assert check.state == "proved"


def test_drafts_are_forgotten_after_an_hour_with_their_lanes(organization, carrier, source, config, later):
    connection_checks.ask(organization, carrier, OTHER_ACCOUNT, source)
    later(minutes=59)
    connection_checks.forget_old()
    assert ConnectionCheck.objects.count() == 2
    later(minutes=2)
    connection_checks.forget_old()
    assert ConnectionCheck.objects.count() == 0
    assert list(Lane.objects.all()) == [config.lane]


def test_a_check_of_stored_settings_mends_the_health(organization, carrier, source, config, provider):
    ExtensionConfig.objects.update(health="needs attention", health_reason="The key is refused.")
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source, config)
    lanes.run(check.lane_id)
    config.refresh_from_db()
    assert (config.health, config.health_reason) == ("connected", "")


def test_pause_and_resume(config, source):
    configurations.pause(config, source)
    config.refresh_from_db()
    assert (config.state, config.paused_by) == ("paused", source.actor)
    configurations.resume(config, source)
    config.refresh_from_db()
    assert config.state == "connected"


def test_every_change_is_in_the_activity_log_without_secrets(organization, carrier, source):
    config = add(organization, carrier, source)
    configurations.rename(config, "Renamed", source)
    configurations.pause(config, source)
    configurations.resume(config, source)
    configurations.replace_settings(config, meterco.SETTINGS | {"key": "other-s3cret"}, source)
    configurations.remove(config, source)
    actions = list(ActivityEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == [
        "extension added",
        "extension renamed",
        "extension paused",
        "extension resumed",
        "extension credentials replaced",
        "extension removed",
    ]
    assert "s3cret" not in str(list(ActivityEntry.objects.values()))
