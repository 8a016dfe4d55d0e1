"""Settings on which no call depends, as the secret by which pushes are known: changing them stops nothing."""

import pytest
from django.utils import timezone

from extensions.core import lanes, registry, secret_settings
from extensions.core.models import ExtensionConfig, Health
from extensions.core.services import configurations
from extensions.sims.models import Synchronisation
from extensions.sims.sync import states
from iotdash.audit.models import ActivityEntry

CONTROL_CENTER = {
    "username": "fleet-reader",
    "access_key": "0f0f0f0f-0000-4000-8000-000000000000",
    "domain_id": "restapi3.jasper.com",
    "push_secret": "the secret of the account",
}
ORANGE = {"username": "fleet-reader", "password": "word"}
LOCAL = [
    ("jasper", CONTROL_CENTER, {"push_secret": "another"}),
    ("att", CONTROL_CENTER, {"push_secret": "another"}),
    ("orange", ORANGE, {"monthly_calls": 500}),
]


@pytest.fixture
def proved(organization, source):
    """Makes a configuration whose credentials were proved, and whose SIMs are synchronised."""

    def of(slug: str, settings: dict) -> ExtensionConfig:
        manifest = registry.manifest(slug)
        config = configurations.add(organization, manifest, "Main account", settings, source)
        lane = lanes.of_account(config.account_digest, manifest.lane)
        known = {"proved_at": timezone.now(), "proof": "Accepted.", "health": Health.CONNECTED, "lane": lane}
        ExtensionConfig.objects.filter(pk=config.pk).update(**known)
        config.refresh_from_db()
        states.change(states.state_of(config), inventory_at=timezone.now(), inventory_wanted=False)
        return config

    return of


def as_it_is(config: ExtensionConfig) -> tuple:
    config = ExtensionConfig.objects.get(pk=config.pk)
    states.state_of(config)
    inventory_wanted = Synchronisation.objects.get(config=config).inventory_wanted
    return (config.health, config.proved_at, config.lane_id, config.credentials_version, inventory_wanted)


@pytest.mark.parametrize(("slug", "settings", "changes"), LOCAL)
def test_they_are_changed_and_the_rest_goes_on(proved, source, slug, settings, changes):
    config = proved(slug, settings)
    before = as_it_is(config)
    configurations.replace_settings(config, settings | changes, source)
    assert as_it_is(config) == before
    stored = ExtensionConfig.objects.get(pk=config.pk)
    assert secret_settings.whole(stored) == settings | changes
    assert ActivityEntry.objects.latest("pk").action == "extension settings changed"


@pytest.mark.parametrize(("slug", "settings", "changes"), LOCAL)
def test_beside_a_credential_they_are_new_credentials(proved, source, slug, settings, changes):
    config = proved(slug, settings)
    secret = "password" if slug == "orange" else "access_key"
    configurations.replace_settings(config, settings | changes | {secret: "another"}, source)
    after = ExtensionConfig.objects.get(pk=config.pk)
    assert (after.health, after.proved_at, after.credentials_version) == ("not checked", None, 2)
    assert ActivityEntry.objects.latest("pk").action == "extension credentials replaced"


def test_the_same_settings_again_are_checked_again(proved, source):
    config = proved("orange", ORANGE)
    configurations.replace_settings(config, ORANGE, source)
    assert ExtensionConfig.objects.get(pk=config.pk).health == "not checked"


def test_refused_credentials_stay_refused(proved, source):
    config = proved("jasper", CONTROL_CENTER)
    ExtensionConfig.objects.update(health=Health.NEEDS_ATTENTION, health_reason="The key is refused.")
    configurations.replace_settings(config, CONTROL_CENTER | {"push_secret": "another"}, source)
    after = ExtensionConfig.objects.get(pk=config.pk)
    assert (after.health, after.health_reason) == ("needs attention", "The key is refused.")


def test_the_page_saves_them_without_a_new_check(proved, owner_client):
    config = proved("jasper", CONTROL_CENTER)
    url = f"/abc123/extensions/{config.pk}/"
    typed = {"username": "fleet-reader", "domain_id": "restapi3.jasper.com", "push_secret": "another", "action": "save"}
    assert owner_client.post(f"{url}credentials/", typed).url == url
    stored = ExtensionConfig.objects.get(pk=config.pk)
    assert (stored.health, secret_settings.whole(stored)) == ("connected", CONTROL_CENTER | {"push_secret": "another"})
