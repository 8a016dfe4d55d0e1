"""System checks: the keys are there and well formed."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from iotdash.lib import crypto

_HINT = "Make one with: manage.py generatekey"


@register("secrets")
def check_secret_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    keys = getattr(settings, "IOTDASH_SECRET_KEYS", [])
    if not keys:
        return [Warning("IOTDASH_SECRET_KEYS is empty: secrets cannot be stored.", hint=_HINT, id="lib.W001")]
    return [
        Error(
            f"Key {number} of IOTDASH_SECRET_KEYS (id {crypto.key_id(key)}) is not 32 bytes in URL-safe base64.",
            hint=f"It must be written exactly as it was made, without quotes or spaces. {_HINT}",
            id="lib.E001",
        )
        for number, key in enumerate(keys, start=1)
        if crypto.malformed(key)
    ]


@register("secrets")
def check_key_variables(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [Error(problem, id="lib.E002") for problem in getattr(settings, "IOTDASH_KEY_PROBLEMS", [])]


@register("secrets")
def check_digest_key(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if len(getattr(settings, "IOTDASH_DIGEST_KEY", "")) >= 32:
        return []
    return [
        Warning(
            "IOTDASH_DIGEST_KEY is missing or shorter than 32 characters.",
            hint="Set it to what it was before: tokens and API keys are compared by it. A new installation invents it.",
            id="lib.W002",
        )
    ]


@register("secrets")
def check_session_key(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    may_be_known = settings.DEBUG or getattr(settings, "TESTING", False)
    if may_be_known or not settings.SECRET_KEY.startswith("insecure-"):
        return []
    return [
        Warning(
            "SECRET_KEY is the one from the source code: anybody could sign in as anybody.",
            hint="Set SECRET_KEY to 50 random characters or more, and keep it.",
            id="lib.W003",
        )
    ]
