"""Settings of a configuration in two parts: what may be shown, and one ciphertext of the secrets."""

from collections.abc import Mapping
from typing import Any

from extensions.core.contract import Manifest
from extensions.core.models import ExtensionConfig
from iotdash.lib import crypto
from iotdash.lib.schema_forms import secret_names, without_secrets


def split(manifest: Manifest, settings: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """(shown part, ciphertext of the secrets)."""
    names = secret_names(manifest.settings_schema)
    secrets = {name: settings[name] for name in names if name in settings}
    return without_secrets(manifest.settings_schema, settings), crypto.encrypt_json(secrets)


def whole(config: ExtensionConfig) -> dict[str, Any]:
    """The settings as the provider sees them. Raises crypto.CryptoError when a key is missing."""
    return {**config.settings, **(crypto.decrypt_json(config.secrets) if config.secrets else {})}


def readable(config: ExtensionConfig) -> dict[str, Any]:
    """The same; secrets that cannot be decrypted count as absent: they are typed again."""
    try:
        return whole(config)
    except crypto.CryptoError:
        return dict(config.settings)


def problem(config: ExtensionConfig) -> str:
    """Why the stored secrets cannot be read here and now; "" when they can."""
    try:
        whole(config)
    except crypto.CryptoError as error:
        return str(error)
    return ""


def digest(settings: Mapping[str, Any]) -> str:
    """Equal for equal settings; says nothing about them."""
    return crypto.keyed_digest("settings", repr(sorted(settings.items())))


def account_digest(manifest: Manifest, settings: Mapping[str, Any]) -> str:
    """Equal for settings that reach the same external account, whatever organization has them."""
    return crypto.keyed_digest("account", manifest.account_key(settings))
