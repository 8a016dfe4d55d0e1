"""An extension of which an organization has at most one configuration."""

from dataclasses import replace

import pytest

from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations
from tests.cast import OrganizationFactory
from tests.extensions import postly
from tests.extensions.test_review_threads import at_once

LIST, ADD = "/abc123/extensions/", "/abc123/extensions/add/postly/"
REFUSED = "Postly is set up already, and an organization has at most one. Change its settings instead."


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    # Alone: others of which there is at most one have tiles of their own.
    monkeypatch.setattr(registry, "_manifests", {"postly": postly.manifest()})
    return registry.manifest("postly")


@pytest.fixture
def stored(organization, installed, source):
    return configurations.add(organization, installed, "Postly", postly.BY_KEY, source)


def test_its_tile_is_there_from_the_start_with_setup(owner_client, organization):
    page = owner_client.get(LIST).content.decode()
    assert "Not set up" in page
    assert f'href="{ADD}">Setup' in page
    assert "A made-up mail service." in page


def test_others_see_that_it_is_not_set_up(operator_client, organization):
    page = operator_client.get(LIST).content.decode()
    assert "Not set up" in page
    assert "An administrator can set it up." in page
    assert ADD not in page


def test_afterwards_its_tile_is_like_any_other(owner_client, stored):
    page = owner_client.get(LIST).content.decode()
    assert f'href="/abc123/extensions/{stored.pk}/">Postly' in page
    assert "Not set up" not in page
    assert "Setup" not in page


def test_another_organization_has_one_of_its_own(owner_client, stored, other_owner_client):
    assert "Not set up" in other_owner_client.get("/xyz789/extensions/").content.decode()


def test_one_without_a_device_part_says_nothing_of_devices(owner_client, stored):
    tile = owner_client.get(LIST).content.decode().split('class="tile"')
    assert [part for part in tile[1:] if "<dt>Devices</dt>" in part] == []
    page = owner_client.get(f"/abc123/extensions/{stored.pk}/").content.decode()
    assert "No device is configured" not in page


def test_sentences_call_the_service_by_its_own_name(owner_client, stored, installed, monkeypatch):
    called = replace(installed, service="the post office")
    monkeypatch.setattr(registry, "_manifests", {"postly": called})
    ExtensionConfig.objects.update(health="needs attention", health_reason="Refused.")
    page = owner_client.get(f"{LIST}{stored.pk}/").content.decode()
    assert "Nothing is asked of the post office until the credentials are replaced. Its history stays." in page
    page = owner_client.get(f"{LIST}{stored.pk}/remove/").content.decode()
    assert "Nothing changes at the post office itself." in page
    assert "device" not in page.partition("<form")[2].partition("</form>")[0]


def test_the_catalogue_says_what_is_set_up(owner_client, organization, installed, source):
    before = owner_client.get("/abc123/extensions/add/").content.decode()
    assert f'href="{ADD}">Setup' in before
    config = configurations.add(organization, installed, "Postly", postly.BY_KEY, source)
    after = owner_client.get("/abc123/extensions/add/").content.decode()
    assert "Set up already." in after
    assert f'href="/abc123/extensions/{config.pk}/">Open Postly' in after
    assert ADD not in after


def test_its_form_asks_for_no_name(owner_client, organization):
    page = owner_client.get(ADD).content.decode()
    assert "Set up Postly" in page
    assert "Configuration name" not in page
    done = owner_client.post(ADD, {**postly.BY_KEY, "action": "save"}, follow=True)
    assert "Postly is set up." in done.content.decode()
    assert ExtensionConfig.objects.get().name == "Postly"


def test_its_form_leads_to_what_is_set_up_already(owner_client, stored):
    page = owner_client.get(ADD, follow=True)
    assert page.redirect_chain == [(f"/abc123/extensions/{stored.pk}/", 302)]
    assert REFUSED in page.content.decode()


def test_a_second_one_is_refused_with_a_link(owner_client, stored):
    answer = owner_client.post(ADD, {**postly.BY_LOGIN, "action": "save"})
    assert answer.status_code == 422
    assert REFUSED in answer.content.decode()
    assert f"/abc123/extensions/{stored.pk}/" in answer.content.decode()
    assert ExtensionConfig.objects.count() == 1


def test_it_can_be_set_up_again_once_it_was_removed(owner_client, stored, source):
    configurations.remove(stored, source)
    assert "Not set up" in owner_client.get(LIST).content.decode()
    assert owner_client.post(ADD, {**postly.BY_KEY, "action": "save"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_many_who_set_it_up_at_once_one_succeeds(installed, source):
    organization = OrganizationFactory()

    def add(number):
        settings = postly.BY_LOGIN | {"username": f"user {number}"}
        return lambda: configurations.add(organization, installed, f"Postly {number}", settings, source)

    outcomes = at_once(*map(add, range(6)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConfigurationRefused"] * 5 + ["ExtensionConfig"]
    assert ExtensionConfig.objects.present().count() == 1
