"""System check: links in mail lead to an address that nobody on the way can read."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@register()
def check_public_url(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    hint = "Set it to where people reach this installation, for instance https://iot.example.com."
    try:
        parts = urlsplit(settings.PUBLIC_URL)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        return [
            Error(f"PUBLIC_URL is no address of a site: {settings.PUBLIC_URL!r}.", hint=hint, id="organizations.E001")
        ]
    if parts.scheme == "https" or settings.DEBUG or host in _LOOPBACK:
        return []
    return [
        Error(
            "PUBLIC_URL begins with http://: whoever reads an invitation on its way could accept it.",
            hint=hint,
            id="organizations.E002",
        )
    ]
