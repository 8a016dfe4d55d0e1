"""What people are told while the key of stored secrets is missing, and who is told."""

import pytest
from cryptography.fernet import Fernet

from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations, readability
from iotdash.lib import crypto
from iotdash.lib.key_doctor import watch
from tests.extensions import meterco
from tests.extensions.test_performing import activate

BANNER = "Stored secrets cannot be read"


@pytest.fixture
def lost(target, config, source, settings):
    """The id of a key that this server has no longer; web and worker have noticed."""
    activate(target, source)
    settings.IOTDASH_SECRET_KEYS = [Fernet.generate_key().decode()]
    readability.review()
    watch.look()
    yield crypto.key_of(config.secrets)
    watch.forget()


def body(client, path: str = "") -> str:
    return client.get(f"/abc123/{path}").content.decode()


def test_the_administrator_is_told_on_every_page(lost, owner_client):
    for path in ("", "devices/", "extensions/"):
        page = body(owner_client, path)
        assert BANNER in page
        assert f"Encryption key {lost} is missing on this server" in page
        assert "IOTDASH_SECRET_KEYS" in page
        assert "extension configurations: 1" not in page, "figures of the whole server"


def test_support_staff_are_told_on_their_pages(support_client, lost):
    page = support_client.get("/admin/").content.decode()
    assert f"Encryption key {lost} is missing" in page


@pytest.mark.parametrize("who", ["operator", "reader"])
def test_others_are_not_told_what_they_cannot_mend(lost, cast, client_of, who):
    assert BANNER not in body(client_of(cast[who]))


def test_administrators_of_other_organizations_are_not_told(lost, other_owner_client):
    page = other_owner_client.get("/xyz789/").content.decode()
    assert BANNER not in page


def test_staff_is_told_with_figures(lost, reader, client_of):
    reader.is_staff = True
    reader.save()
    page = body(client_of(reader))
    assert BANNER in page
    assert "extension configurations: 1" in page


def test_without_a_problem_nobody_is_told_and_nothing_is_asked(config, owner_client, django_assert_num_queries):
    watch.look()
    page = body(owner_client)
    assert BANNER not in page
    with django_assert_num_queries(0):
        assert not watch.known().unreadable
    watch.forget()


def test_the_configurations_page_says_what_to_do_and_what_happens_by_itself(lost, owner_client, config):
    page = body(owner_client, f"extensions/{config.pk}/")
    assert "Secrets unreadable" in page
    assert f"The key with id {lost} is missing" in page
    assert "everything goes on by itself, with nothing to type" in page
    assert f'lost for good: <a href="/abc123/extensions/{config.pk}/credentials/">type the secrets again</a>' in page
    assert "Stored encrypted, but they cannot be read now." in page
    assert "<dt>Key</dt>" not in page, "whether it is stored is not known"


def test_a_reader_is_not_sent_to_where_only_administrators_may(lost, reader_client, config):
    page = body(reader_client, f"extensions/{config.pk}/")
    assert f"The key with id {lost} is missing" in page
    assert "type the secrets again" not in page


def test_the_form_for_credentials_says_that_all_must_be_typed(lost, owner_client, config):
    page = body(owner_client, f"extensions/{config.pk}/credentials/")
    assert "type every secret again" in page
    assert "Leave a secret empty to keep it" not in page
    assert "s3cret-key" not in page
    response = owner_client.post(
        f"/abc123/extensions/{config.pk}/credentials/", {**meterco.SETTINGS, "key": "", "action": "save"}
    )
    assert response.status_code == 422


@pytest.mark.parametrize("path", ["extensions/", ""])
def test_tiles_and_overview_name_the_key(lost, owner_client, path):
    page = body(owner_client, path)
    assert "Secrets unreadable" in page
    assert f"The key with id {lost} is missing" in page


def test_the_devices_page_says_that_what_was_asked_waits(lost, reader_client):
    page = body(reader_client, "devices/pump/p1/extensions/meterco/")
    assert "The stored secrets of Main account cannot be read." in page
    assert "What was asked waits until then." in page
    assert "An administrator can replace the credentials" not in page


def test_secrets_typed_again_end_it(lost, config, source, owner_client):
    configurations.replace_settings(ExtensionConfig.objects.get(), meterco.SETTINGS, source)
    assert "Secrets unreadable" not in body(owner_client, f"extensions/{config.pk}/")
