"""Encrypted secrets, keyed digests and token hashes.

A ciphertext is `k1:<key id>:<Fernet token>`; the key id is the first 8 hex digits of the SHA-256 of the key's
text. Keys come from IOTDASH_SECRET_KEYS: the first encrypts, all decrypt, and they may be rotated. Digests come from
IOTDASH_DIGEST_KEY alone, which stays the same for ever: tokens and lanes are found by them.
"""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_PREFIX = "k1"


class CryptoError(Exception):
    """A ciphertext cannot be read. `ciphertext` is kept: the right key may read it later."""

    def __init__(self, message: str, ciphertext: str) -> None:
        super().__init__(message)
        self.ciphertext = ciphertext


class KeyMissing(CryptoError):
    """No configured key has the id that the ciphertext names."""

    def __init__(self, key_id: str, ciphertext: str) -> None:
        super().__init__(
            f"The key with id {key_id} is missing: whoever runs this server adds it to IOTDASH_SECRET_KEYS and "
            "restarts. What is stored is kept.",
            ciphertext,
        )
        self.key_id = key_id


class Corrupt(CryptoError):
    """The ciphertext is not one of ours, or was changed."""


def key_id(key: str) -> str:
    """8 hex digits that name a key without telling it."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def malformed(key: str) -> bool:
    """True if `key` is not 32 bytes in URL-safe base64, exactly as they are written: its id is made of the text."""
    try:
        raw = base64.urlsafe_b64decode(key.encode())
    except (binascii.Error, ValueError):
        return True
    return len(raw) != 32 or base64.urlsafe_b64encode(raw).decode() != key


def key_ids() -> list[str]:
    """Of the configured keys, the current one first."""
    return [key_id(key) for key in settings.IOTDASH_SECRET_KEYS]


def key_of(ciphertext: str) -> str:
    """The id of the key that wrote it; "" if it is no ciphertext of this program."""
    prefix, _, rest = ciphertext.partition(":")
    name, _, token = rest.partition(":")
    return name if prefix == _PREFIX and token else ""


def prefix_of(key_id: str) -> str:
    """How every ciphertext of that key begins."""
    return f"{_PREFIX}:{key_id}:"


def written_at(ciphertext: str) -> int:
    """Unix time at which it was encrypted, as it says itself, without its key; 0 if it is damaged."""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(ciphertext.rpartition(":")[2].encode())[1:9])
    except (binascii.Error, ValueError):
        return 0


def encrypt(text: str) -> str:
    """Encrypt with the current key."""
    key = _current()
    return f"{prefix_of(key_id(key))}{Fernet(key).encrypt(text.encode()).decode()}"


def decrypt(ciphertext: str) -> str:
    """Raises KeyMissing (with the key id) or Corrupt."""
    name = key_of(ciphertext)
    if not name:
        raise Corrupt("This stored secret is not a ciphertext of this program.", ciphertext)
    try:
        return _fernet(name, ciphertext).decrypt(ciphertext.rpartition(":")[2].encode()).decode()
    except (InvalidToken, UnicodeError) as error:
        raise Corrupt(f"This stored secret is damaged (key id {name}).", ciphertext) from error


def encrypt_json(value: Any) -> str:
    return encrypt(json.dumps(value, separators=(",", ":"), sort_keys=True))


def decrypt_json(ciphertext: str) -> Any:
    """Raises KeyMissing or Corrupt."""
    try:
        return json.loads(decrypt(ciphertext))
    except json.JSONDecodeError as error:
        raise Corrupt("This stored secret holds no JSON.", ciphertext) from error


def rotate(ciphertext: str) -> str:
    """The same secret under the current key; unchanged if it already is. Raises KeyMissing or Corrupt."""
    text = decrypt(ciphertext)
    return ciphertext if key_of(ciphertext) == key_id(_current()) else encrypt(text)


def keyed_digest(purpose: str, text: str) -> str:
    """HMAC-SHA256 in hex (64 digits) under a key of its own per purpose; the same for ever."""
    if not settings.IOTDASH_DIGEST_KEY:
        raise ImproperlyConfigured("IOTDASH_DIGEST_KEY is not set.")
    own_key = hmac.digest(settings.IOTDASH_DIGEST_KEY.encode(), purpose.encode(), "sha256")
    return hmac.new(own_key, text.encode(), "sha256").hexdigest()


def hash_token(token: str) -> str:
    """What is stored of a device token or API key (64 hex digits)."""
    return keyed_digest("token", token)


def check_token(token: str, stored: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(hash_token(token).encode(), stored.encode())


def _current() -> str:
    if not settings.IOTDASH_SECRET_KEYS:
        raise ImproperlyConfigured("IOTDASH_SECRET_KEYS is empty: secrets cannot be stored.")
    return settings.IOTDASH_SECRET_KEYS[0]


def _fernet(name: str, ciphertext: str) -> Fernet:
    for key in settings.IOTDASH_SECRET_KEYS:
        if key_id(key) == name:
            return Fernet(key)
    raise KeyMissing(name, ciphertext)
