"""What the settings mean: the account that is reached, the sender, and what follows for empty fields."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from extensions.core.contract import AuthRejected, CannotConnect, ascii_name, tls_context
from extensions.email import addresses
from extensions.email.schema import (
    EU,
    GLOBAL,
    NONE,
    SENDGRID_KEY,
    SENDGRID_USERNAME,
    SMTP,
    STARTTLS,
    SUBMISSION_PORT,
    TLS,
)

Settings = Mapping[str, Any]

BASES = {GLOBAL: "https://api.sendgrid.com", EU: "https://api.eu.sendgrid.com"}
SENDGRID_DOMAIN = "sendgrid.net"
_NO_METHOD = "No method is chosen. Choose one and enter its settings again."
_NO_API = "The API address is not of the form https://host. Enter it again, or leave it empty."
_NO_KEY = "The API key has characters that no API key has. Copy it again."
_NO_SERVER = "Host, port or security is missing or cannot be used. Enter them again."
_IN_THE_OPEN = "Without TLS the password would be sent to {host} in the open. Choose STARTTLS or implicit TLS."


@dataclass(frozen=True)
class ApiAccount:
    """SendGrid's web API; `base` without a slash at its end."""

    base: str
    key: str = field(repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or ""


@dataclass(frozen=True)
class ServerAccount:
    """An SMTP server; `host` in ASCII. Without user name and password nobody signs in."""

    host: str
    port: int
    security: str
    username: str = ""
    password: str = field(default="", repr=False)
    ca_pem: str = field(default="", repr=False)

    @property
    def of_sendgrid(self) -> bool:
        return addresses.is_under(self.host, SENDGRID_DOMAIN)

    @property
    def signs_in(self) -> bool:
        return bool(self.username or self.password)

    def tls(self) -> ssl.SSLContext:
        """Raises TlsFailed if the certificate authority is none."""
        return tls_context(self.ca_pem or None)


def text(settings: Settings, name: str) -> str:
    """Without white space around it; "" for what is no text."""
    value = settings.get(name)
    return value.strip() if isinstance(value, str) else ""


def method_of(settings: Settings) -> str:
    """Raises CannotConnect if it is none that we know."""
    method = settings.get("method")
    if method not in (SENDGRID_KEY, SMTP, SENDGRID_USERNAME):
        raise CannotConnect(_NO_METHOD)
    return method


def api_key_of(settings: Settings) -> str:
    # Copied keys bring line ends along, and are sometimes broken over lines.
    return "".join(text(settings, "api_key").split())


def api_account(settings: Settings) -> ApiAccount:
    """Raises CannotConnect for an API address that is none, AuthRejected for a key that cannot be sent."""
    base, key = api_base(settings), api_key_of(settings)
    if not base:
        raise CannotConnect(_NO_API)
    if not (key.isascii() and key.isprintable()):
        raise AuthRejected(_NO_KEY)
    return ApiAccount(base, key)


def api_base(settings: Settings) -> str:
    """The address as typed, else that of the region; "" if what was typed is no address."""
    typed = settings.get("api_address")
    if not typed:
        return BASES[EU if settings.get("region") == EU else GLOBAL]
    base = text(settings, "api_address").rstrip("/")
    return base if _is_base(base) else ""


def _is_base(base: str) -> bool:
    try:
        parts = urlsplit(base)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    return whole and plain and addresses.is_host(parts.hostname)


def server_account(settings: Settings) -> ServerAccount:
    """Raises CannotConnect for settings with which nothing can be, or must not be, connected."""
    host, port = host_of(settings), settings.get("port", SUBMISSION_PORT)
    security = settings.get("security", STARTTLS)
    username, password = text(settings, "username"), _password(settings, host)
    if not host or not is_port(port) or security not in (NONE, STARTTLS, TLS):
        raise CannotConnect(_NO_SERVER)
    if security == NONE and (username or password) and not addresses.is_loopback(host):
        raise CannotConnect(_IN_THE_OPEN.format(host=host))
    return ServerAccount(host, port, security, username, password, text(settings, "ca_pem"))


def _password(settings: Settings, host: str) -> str:
    typed = settings.get("password")
    if not isinstance(typed, str):
        return ""
    # At SendGrid it is an API key, which has no white space; elsewhere spaces may be meant.
    return "".join(typed.split()) if addresses.is_under(host, SENDGRID_DOMAIN) else typed.strip("\r\n")


def host_of(settings: Settings) -> str:
    """In ASCII, as it is looked up and as certificates name it; "" if it is no host."""
    host = text(settings, "host").removeprefix("[").removesuffix("]").rstrip(".").lower()
    return ascii_name(host) if addresses.is_host(host) else ""


def is_port(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536


def endpoint(settings: Settings) -> str:
    """For `Manifest.endpoint`: where mail goes, "" if the settings do not say."""
    method = settings.get("method")
    if method == SENDGRID_KEY:
        return api_base(settings)
    host, port = host_of(settings), settings.get("port", SUBMISSION_PORT)
    return f"{host}:{port}" if method in (SMTP, SENDGRID_USERNAME) and host else ""


def derived(settings: Settings) -> dict[str, str]:
    """For `Manifest.derived`: the API address that follows from the region."""
    base = api_base({**settings, "api_address": ""})
    return {"api_address": f"{base}, from the region"} if settings.get("method") == SENDGRID_KEY else {}


def account_key(settings: Settings) -> str:
    """For `Manifest.account_key`: where mail goes and who signs in.

    An API key does not say whose it is, and everybody's user name is then the same: the sender tells accounts apart.
    """
    user = text(settings, "username")
    who = user if user and user != "apikey" else text(settings, "sender_address").lower()
    return f"{endpoint(settings)} {who}"
