"""A new SECRET_KEY: who is signed in stays so while the former one is listed, and nothing stored depends on it."""

import pytest

from iotdash.lib import crypto

OLD, NEW = "old-" * 16, "new-" * 16


@pytest.fixture
def signed_in(settings, organization, owner, client_of):
    settings.SECRET_KEY = OLD
    client = client_of(owner)
    assert client.get("/abc123/").status_code == 200
    settings.SECRET_KEY = NEW
    return client


def test_with_the_former_key_people_stay_signed_in(signed_in, settings):
    settings.SECRET_KEY_FALLBACKS = [OLD]
    assert signed_in.get("/abc123/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert signed_in.get("/abc123/").status_code == 200, "the session goes on under the new key"


def test_without_it_they_sign_in_again(signed_in):
    assert signed_in.get("/abc123/").url.startswith("/accounts/login/")


def test_neither_secrets_nor_digests_depend_on_it(settings):
    settings.SECRET_KEY = OLD
    stored, ciphertext = crypto.hash_token("token"), crypto.encrypt("a secret")
    settings.SECRET_KEY = NEW
    assert crypto.check_token("token", stored)
    assert crypto.decrypt(ciphertext) == "a secret"
