"""The Extensions page and the page of one configuration."""

import pytest

from extensions.core import health, lanes, registry
from extensions.core.contract import AuthRejected, CannotConnect
from extensions.core.models import ConnectionCheck, ExtensionConfig
from extensions.core.services import configurations, device_configuration, operations
from extensions.core.services.operations import ask
from iotdash.audit.models import ActivityEntry
from tests.cast import DeviceFactory
from tests.extensions import meterco

SECRET = meterco.SETTINGS["key"]


@pytest.fixture
def url(config):
    return f"/abc123/extensions/{config.pk}/"


@pytest.fixture
def rejected(config):
    health.note_failure(config, AuthRejected("The key has expired.", words="Key expired"))
    config.refresh_from_db()
    return config


def actions():
    return list(ActivityEntry.objects.values_list("action", flat=True))


def test_fresh_organization_is_led_to_the_catalogue(owner_client, organization):
    body = owner_client.get("/abc123/extensions/").content.decode()
    assert "No extensions yet" in body
    assert "/abc123/extensions/add/" in body


def test_reader_is_not_offered_to_add(reader_client, config):
    body = reader_client.get("/abc123/extensions/").content.decode()
    assert "Main account" in body
    assert "Add Extension" not in body


def test_tile_says_health_devices_and_life_cycle(owner_client, target, carrier):
    body = owner_client.get("/abc123/extensions/").content.decode()
    assert "Connected" in body
    assert '?extension=meterco">1</a>' in body
    assert carrier.life_cycle in body


def test_tiles_stand_still_while_all_is_well(owner_client, config):
    assert "every 15s" not in owner_client.get("/abc123/extensions/").content.decode()


def test_tiles_refresh_while_something_is_wrong(owner_client, rejected):
    body = owner_client.get("/abc123/extensions/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="tiles").content.decode()
    assert "every 15s" in body
    assert "The key has expired." in body
    assert "Replace credentials" in body
    assert "<html" not in body


@pytest.mark.parametrize(("who", "leads"), [("owner_client", True), ("reader_client", False)])
def test_settings_lead_to_where_they_are_changed(request, url, who, leads):
    settings = (
        request.getfixturevalue(who).get(url).content.decode().partition("Calls go to")[0].rpartition("<section")[2]
    )
    assert (f'href="{url}credentials/"' in settings, "Change settings" in settings) == (leads, leads)


def test_page_shows_settings_without_secrets(reader_client, url):
    body = reader_client.get(url).content.decode()
    assert "fleet" in body
    assert "never shown" in body
    assert "The key of fleet is accepted." in body
    assert SECRET not in body
    assert "Remove" not in body


def test_page_of_another_organization_is_not_found(other_owner_client, config):
    assert other_owner_client.get(f"/xyz789/extensions/{config.pk}/").status_code == 404


def test_removed_configuration_is_not_found(owner_client, config, url, source):
    configurations.remove(config, source)
    assert owner_client.get(url).status_code == 404


def test_shared_account_is_counted_not_named(owner_client, url, config, other_organization, carrier, source):
    other = configurations.add(other_organization, carrier, "Theirs", meterco.SETTINGS, source)
    ExtensionConfig.objects.filter(pk=other.pk).update(lane=config.lane)
    body = owner_client.get(url).content.decode()
    assert "1 other organization on" in body
    assert other_organization.name not in body


def test_waiting_operations_are_listed(owner_client, url, target, carrier, source):
    spec = meterco_operation(carrier, "terminal")
    ask(target, spec, {}, source)
    body = owner_client.get(url).content.decode()
    assert "Waiting operations" in body
    assert "every 10s" in body


def meterco_operation(carrier, name):
    from extensions.core import registry

    return registry.operation(carrier, name)


def test_checking_the_stored_settings(owner_client, url, config, provider):
    response = owner_client.post(f"{url}check/")
    check = ConnectionCheck.objects.order_by("-pk").first()
    assert response.url.startswith(f"{url}?check={check.public_id}")
    assert check.config_id == config.pk
    assert "Asking" in owner_client.get(response.url).content.decode()
    lanes.run(check.lane_id)
    assert "Connected" in owner_client.get(response.url).content.decode()


def test_checking_by_htmx_answers_with_the_poll(owner_client, url):
    body = owner_client.post(f"{url}check/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="connection-check").content.decode()
    assert "every 1s" in body
    assert "<html" not in body


def test_health_is_looked_at_again_when_a_check_is_answered(owner_client, url):
    body = owner_client.get(url).content.decode()
    health = body.partition('id="health"')[2].partition(">")[0]
    assert 'hx-trigger="check:answered from:body"' in health


def test_unreadable_secrets_are_said(owner_client, url, config):
    ExtensionConfig.objects.filter(pk=config.pk).update(secrets="k1:00000000:gone")
    body = owner_client.post(f"{url}check/", follow=True).content.decode()
    assert "The key with id 00000000 is missing" in body
    assert owner_client.get(f"{url}credentials/").status_code == 200


def test_unreadable_secrets_can_be_replaced(owner_client, url, config):
    ExtensionConfig.objects.filter(pk=config.pk).update(secrets="k1:00000000:gone")
    assert owner_client.post(f"{url}credentials/", {**meterco.SETTINGS, "action": "check"}).status_code == 302
    assert owner_client.post(f"{url}credentials/", {**meterco.SETTINGS, "action": "save"}).url == url


def test_replacing_credentials_keeps_the_rest(owner_client, url, rejected):
    body = owner_client.get(f"{url}credentials/").content.decode()
    assert 'value="fleet"' in body
    assert "The key has expired." in body
    assert SECRET not in body
    response = owner_client.post(f"{url}credentials/", {**meterco.SETTINGS, "key": "new-key", "action": "save"})
    rejected.refresh_from_db()
    assert response.url.startswith(f"{url}?check=")
    assert (rejected.name, rejected.health) == ("Main account", "not checked")
    assert "extension credentials replaced" in actions()


def test_checking_new_credentials_before_they_replace(owner_client, url, rejected, provider):
    typed = {**meterco.SETTINGS, "key": "new-key", "action": "check"}
    response = owner_client.post(f"{url}credentials/", typed)
    check = ConnectionCheck.objects.order_by("-pk").first()
    lanes.run(check.lane_id)
    rejected.refresh_from_db()
    assert rejected.health == "needs attention"
    assert "The key of fleet is accepted." in owner_client.get(response.url).content.decode()
    saved = {**meterco.SETTINGS, "key": "", "action": "save", "check": str(check.public_id)}
    owner_client.post(f"{url}credentials/", saved)
    rejected.refresh_from_db()
    assert rejected.health == "connected"


@pytest.mark.parametrize("action", ["check", "save"])
def test_stored_secret_does_not_follow_a_changed_address(owner_client, url, config, action):
    typed = {**meterco.SETTINGS, "key": "", "host": "evil.test", "action": action}
    response = owner_client.post(f"{url}credentials/", typed)
    config.refresh_from_db()
    assert response.status_code == 422
    assert config.settings["host"] == "meterco.test"
    assert not ConnectionCheck.objects.filter(state="queued").exists()


def test_rename(owner_client, url, config):
    owner_client.post(f"{url}rename/", {"configuration-name": "Fleet"})
    config.refresh_from_db()
    assert config.name == "Fleet"
    assert "extension renamed" in actions()


def test_the_same_name_again_is_no_change(owner_client, url, config):
    assert owner_client.post(f"{url}rename/", {"configuration-name": f" {config.name} "}).status_code == 302
    assert "extension renamed" not in actions()


def test_a_taken_name_comes_back(owner_client, url, config, organization, carrier, source):
    configurations.add(organization, carrier, "Second", {**meterco.SETTINGS, "user": "other"}, source)
    response = owner_client.post(f"{url}rename/", {"configuration-name": "Second"})
    assert response.status_code == 422
    assert "already a configuration named" in response.content.decode()


def test_renaming_warns_of_devices_that_name_it(owner_client, url, config, device, source):
    text = '{"meterco": {"chip": "0001", "configuration": "Main account"}}'
    device_configuration.confirm(device, text, 0, source, refresh=False)
    assert "1 device names" in owner_client.get(f"{url}rename/").content.decode()


def test_make_default(owner_client, config, organization, carrier, source):
    other = configurations.add(organization, carrier, "Second", {**meterco.SETTINGS, "user": "other"}, source)
    response = owner_client.post(f"/abc123/extensions/{other.pk}/default/")
    other.refresh_from_db()
    assert response.url == f"/abc123/extensions/{other.pk}/"
    assert other.is_default
    entry = ActivityEntry.objects.get(action="extension made default")
    assert (entry.target, entry.details["before"]) == ("Second", "Main account")


def test_making_default_asks_first_and_says_what_moves(owner_client, organization, carrier, source, target):
    other = configurations.add(organization, carrier, "Second", {**meterco.SETTINGS, "user": "other"}, source)
    named = DeviceFactory(organization=organization)
    text = '{"meterco": {"chip": "0002", "configuration": "Main account"}}'
    device_configuration.confirm(named, text, 0, source, refresh=False)
    url = f"/abc123/extensions/{other.pk}/default/"
    assert f'hx-get="{url}"' in owner_client.get(f"/abc123/extensions/{other.pk}/").content.decode()
    body = owner_client.get(url).content.decode()
    other.refresh_from_db()
    assert not other.is_default
    assert "1 device moves to another account." in body
    for words in ("Main account", "Second", "No check of Second has succeeded", "Not checked yet"):
        assert words in body


def test_the_default_is_not_made_default_again(owner_client, url, config):
    assert owner_client.get(f"{url}default/").url == url
    assert "extension made default" not in actions()


def test_removing_the_default_says_who_takes_its_place(owner_client, url, organization, carrier, source, target):
    assert "becomes the default" not in owner_client.get(f"{url}remove/").content.decode()
    configurations.add(organization, carrier, "Second", {**meterco.SETTINGS, "user": "other"}, source)
    assert "Second becomes the default" in owner_client.get(f"{url}remove/").content.decode()


def test_unreachable_says_that_it_is_asked_again(owner_client, url, config):
    health.note_failure(config, CannotConnect("Nobody answers."))
    ExtensionConfig.objects.get(pk=config.pk).lane.__class__.objects.update(blocked_until=None)
    assert "asked again within a minute" in owner_client.get("/abc123/extensions/").content.decode()
    assert "Asked again within a minute" in owner_client.get(url).content.decode()


def test_what_was_left_empty_is_not_listed_unless_it_follows(owner_client, url, config, provider, monkeypatch):
    more = {"zone": {"type": "string", "title": "Zone"}, "wire": {"type": "string", "title": "Wire"}}
    schema = {**meterco.SETTINGS_SCHEMA, "properties": {**meterco.SETTINGS_SCHEMA["properties"], **more}}
    changed = meterco.manifest(
        provider, settings_schema=schema, derived=lambda settings: {"wire": "REST, from the host"}
    )
    monkeypatch.setitem(registry._manifests, "meterco", changed)
    body = owner_client.get(url).content.decode()
    assert "Zone" not in body
    assert "REST, from the host" in body


def test_pause_and_resume(owner_client, url, config):
    owner_client.post(f"{url}pause/")
    assert "Paused by owner@example.com" in owner_client.get(url).content.decode()
    owner_client.post(f"{url}resume/")
    config.refresh_from_db()
    assert config.paused_at is None
    assert {"extension paused", "extension resumed"} <= set(actions())


def test_actions_are_posts(owner_client, url):
    assert owner_client.get(f"{url}pause/").status_code == 405


def test_removing_says_what_it_concerns_and_wants_the_name(owner_client, url, target, config):
    body = owner_client.get(f"{url}remove/").content.decode()
    assert "It concerns 1 device." in body
    assert owner_client.post(f"{url}remove/", {"confirm": "main"}).status_code == 422
    assert owner_client.post(f"{url}remove/", {"confirm": "Main account"}).url == "/abc123/extensions/"
    config.refresh_from_db()
    assert config.removed_at
    assert config.secrets == ""


def test_devices_are_counted_by_the_configuration_they_lead_to(config, organization, carrier, source, device):
    from extensions.core.queries import linked_devices

    second = configurations.add(organization, carrier, "Second", {**meterco.SETTINGS, "user": "other"}, source)
    device_configuration.confirm(device, '{"meterco": {"chip": "0001"}}', 0, source, refresh=False)
    named = DeviceFactory(organization=organization)
    text = '{"meterco": {"chip": "0002", "configuration": "Second"}}'
    device_configuration.confirm(named, text, 0, source, refresh=False)
    assert list(linked_devices(config)) == [device.pk]
    assert list(linked_devices(second)) == [named.pk]


def test_overview_card_leads_to_what_needs_attention(owner_client, rejected, url):
    body = owner_client.get("/abc123/").content.decode()
    assert "Needs attention" in body
    assert url in body


def test_overview_card_hides_no_other_extension(owner_client, rejected, organization, carrier, source):
    assert "no attention" not in owner_client.get("/abc123/").content.decode()
    for number in range(2):
        settings = {**meterco.SETTINGS, "user": f"user {number}"}
        configurations.add(organization, carrier, f"Account {number}", settings, source)
    assert "2 more need no attention." in owner_client.get("/abc123/").content.decode()


def test_refused_operation_is_not_asked(rejected, target, carrier, source):
    target.config.refresh_from_db()
    with pytest.raises(operations.NotCallable):
        ask(target, meterco_operation(carrier, "terminal"), {}, source)


def test_another_tile_costs_a_fixed_number_of_queries(
    owner_client, config, organization, carrier, source, django_assert_max_num_queries
):
    """Session, user, membership, frame and list, then two for each tile: waiting operations and devices."""
    for number in range(3):
        settings = {**meterco.SETTINGS, "user": f"user {number}"}
        configurations.add(organization, carrier, f"Account {number}", settings, source)
    owner_client.get("/abc123/extensions/")
    with django_assert_max_num_queries(6 + 2 * 4):
        owner_client.get("/abc123/extensions/")
