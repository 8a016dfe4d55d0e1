import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from iotdash.lib import crypto

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
DIGEST_KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.IOTDASH_SECRET_KEYS = [OLD]
    settings.IOTDASH_DIGEST_KEY = DIGEST_KEY


def test_a_secret_comes_back_and_its_ciphertext_names_the_key():
    ciphertext = crypto.encrypt("pass wörd")
    assert ciphertext.startswith(f"k1:{crypto.key_id(OLD)}:")
    assert "pass" not in ciphertext
    assert crypto.decrypt(ciphertext) == "pass wörd"


def test_json_comes_back():
    value = {"password": "x", "n": [1, None, True]}
    assert crypto.decrypt_json(crypto.encrypt_json(value)) == value


def test_a_new_key_encrypts_and_the_old_one_still_reads(settings):
    before = crypto.encrypt("a")
    settings.IOTDASH_SECRET_KEYS = [NEW, OLD]
    assert crypto.decrypt(before) == "a"
    assert crypto.encrypt("a").startswith(f"k1:{crypto.key_id(NEW)}:")


def test_rotation_moves_to_the_current_key_and_leaves_what_is_there(settings):
    before = crypto.encrypt("a")
    assert crypto.rotate(before) == before
    settings.IOTDASH_SECRET_KEYS = [NEW, OLD]
    after = crypto.rotate(before)
    settings.IOTDASH_SECRET_KEYS = [NEW]
    assert crypto.decrypt(after) == "a"


def test_a_missing_key_is_named_and_the_ciphertext_kept(settings):
    ciphertext = crypto.encrypt("a")
    settings.IOTDASH_SECRET_KEYS = [NEW]
    with pytest.raises(crypto.KeyMissing, match=crypto.key_id(OLD)) as missing:
        crypto.decrypt(ciphertext)
    assert missing.value.key_id == crypto.key_id(OLD)
    assert missing.value.ciphertext == ciphertext
    with pytest.raises(crypto.KeyMissing):
        crypto.rotate(ciphertext)


@pytest.mark.parametrize("change", [lambda c: c[:-6] + "AAAAA=", lambda c: c[:-20], lambda c: "k2" + c[2:], str.upper])
def test_a_changed_ciphertext_is_corrupt(change):
    with pytest.raises(crypto.CryptoError) as corrupt:
        crypto.decrypt(change(crypto.encrypt("a")))
    assert isinstance(corrupt.value, crypto.Corrupt)


@given(st.text())
def test_no_text_but_a_ciphertext_decrypts(text):
    with pytest.raises(crypto.CryptoError):
        crypto.decrypt(text)


def test_text_that_is_no_json_is_corrupt():
    with pytest.raises(crypto.Corrupt):
        crypto.decrypt_json(crypto.encrypt("{"))


def test_without_keys_nothing_is_stored(settings):
    settings.IOTDASH_SECRET_KEYS = []
    with pytest.raises(ImproperlyConfigured, match="IOTDASH_SECRET_KEYS"):
        crypto.encrypt("a")
    settings.IOTDASH_DIGEST_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="IOTDASH_DIGEST_KEY"):
        crypto.keyed_digest("account", "a")


def test_a_digest_depends_on_purpose_text_and_key(settings):
    digests = {
        crypto.keyed_digest("account", "a"),
        crypto.keyed_digest("account", "b"),
        crypto.keyed_digest("token", "a"),
    }
    settings.IOTDASH_DIGEST_KEY = DIGEST_KEY[::-1]
    digests.add(crypto.keyed_digest("account", "a"))
    assert len(digests) == 4
    assert all(len(digest) == 64 for digest in digests)


def test_a_digest_is_the_same_for_ever():
    """Stored account keys and tokens stop matching if the derivation changes."""
    # Worked out apart with: openssl dgst -sha256 -mac hmac.
    expected = "2702c8a477743bdc971239b243fa30aa30ba451959d0a033eaead4f427627339"
    assert crypto.keyed_digest("account", "host|user") == expected


def test_a_token_matches_its_own_hash_only():
    stored = crypto.hash_token("token-1")
    assert crypto.check_token("token-1", stored)
    assert not crypto.check_token("token-2", stored)
    assert not crypto.check_token("token-1", "")
    assert not crypto.check_token("tökén", stored)


def ids():
    return {message.id for message in run_checks(tags=["secrets"]) if message.id.startswith("lib.")}


def test_checks_are_content_with_good_keys():
    assert ids() == set()


def test_checks_name_a_malformed_key(settings):
    settings.IOTDASH_SECRET_KEYS = [NEW, "not-a-key"]
    (message,) = [message for message in run_checks(tags=["secrets"]) if message.id == "lib.E001"]
    assert "Key 2" in message.msg
    assert "not-a-key" not in message.msg


def test_checks_name_missing_keys(settings):
    settings.IOTDASH_SECRET_KEYS = []
    settings.IOTDASH_DIGEST_KEY = "short"
    assert ids() == {"lib.W001", "lib.W002"}
