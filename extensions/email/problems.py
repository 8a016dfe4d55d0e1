"""What is wrong with settings beyond their schema, and what is only odd. Both take any mapping."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from extensions.core.contract import TlsFailed, tls_context
from extensions.email import addresses, events
from extensions.email.schema import NONE, SENDGRID_KEY, SENDGRID_USERNAME, SMTP, STARTTLS, TLS
from extensions.email.settings import SENDGRID_DOMAIN, Settings, api_base, api_key_of, host_of, is_port, text

Problem = tuple[str, str]

KEY_LENGTH = 69
_URL_LIKE = re.compile(r"://|www\.", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_IN_A_KEY = re.compile(r"[^\x21-\x7e]")


def settings_problems(settings: Settings) -> tuple[Problem, ...]:
    """For `Manifest.settings_problems`."""
    of_method = {SENDGRID_KEY: _of_api, SMTP: _of_smtp, SENDGRID_USERNAME: _of_username}
    method = settings.get("method")
    found = of_method[method](settings) if isinstance(method, str) and method in of_method else ()
    return (*_of_sender(settings), *found)


def _of_sender(settings: Settings) -> Iterator[Problem]:
    name, address = _raw(settings, "sender_name"), text(settings, "sender_address")
    if _CONTROL.search(name.strip()):
        yield "sender_name", "A name is one line, without control characters."
    elif _URL_LIKE.search(name):
        yield "sender_name", "A name that looks like a web address is not allowed. Type the name alone."
    if not addresses.is_address(address):
        yield "sender_address", "This is not an email address. Type one as admin@example.com."


def _of_api(settings: Settings) -> Iterator[Problem]:
    key, base = api_key_of(settings), api_base(settings)
    if not text(settings, "sender_address").rpartition("@")[0].isascii():
        yield "sender_address", "SendGrid takes no sender address with letters beyond ASCII before the @."
    if not key:
        yield "api_key", "Type the API key."
    elif _NOT_IN_A_KEY.search(key):
        yield "api_key", "An API key has only letters, digits, dots, hyphens and underscores. Copy it again."
    if not base:
        yield "api_address", "Type the address as https://host, or leave it empty."
    elif urlsplit(base).scheme == "http" and not addresses.is_loopback(urlsplit(base).hostname or ""):
        yield "api_address", "An address with http:// would send the API key in the open. Use https://."
    yield from _of_webhook(settings)


def _of_username(settings: Settings) -> Iterator[Problem]:
    yield from _of_server(settings)
    yield from _of_webhook(settings)


def _of_smtp(settings: Settings) -> Iterator[Problem]:
    yield from _of_server(settings)
    try:
        tls_context(text(settings, "ca_pem") or None)
    except TlsFailed:
        words = "This is not a certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----."
        yield "ca_pem", words


def _of_server(settings: Settings) -> Iterator[Problem]:
    if not host_of(settings):
        yield "host", "Type the name of the server alone, as smtp.example.com, without scheme, port or path."
    if "port" in settings and not is_port(settings["port"]):
        yield "port", "A port is a whole number from 1 to 65535."
    yield from _of_sign_in(settings)


def _of_sign_in(settings: Settings) -> Iterator[Problem]:
    names = [name for name in ("username", "password") if _raw(settings, name).strip()]
    if names == ["username"]:
        yield "password", "Type the password too, or leave the user name empty."
    if names == ["password"]:
        yield "username", "Type the user name too, or leave the password empty."
    for name in names:
        if _CONTROL.search(_raw(settings, name).strip()):
            yield name, "This has a line break or a control character in it. Copy it again."
    if names and settings.get("security") == NONE and not addresses.is_loopback(host_of(settings)):
        words = "Without TLS the password would be sent in the open. Choose STARTTLS or implicit TLS."
        yield "security", words


def _of_webhook(settings: Settings) -> Iterator[Problem]:
    if text(settings, "webhook_key") and events.public_key(text(settings, "webhook_key")) is None:
        words = "This is not the key that SendGrid shows as Verification Key. Copy it again, the whole of it."
        yield "webhook_key", words


def settings_warnings(settings: Settings) -> tuple[str, ...]:
    """For `Manifest.settings_warnings`."""
    found = _about_key(settings) if settings.get("method") == SENDGRID_KEY else _about_server(settings)
    return tuple(found)


def _about_key(settings: Settings) -> Iterator[str]:
    key = api_key_of(settings)
    if key and (not key.startswith("SG.") or len(key) != KEY_LENGTH):
        yield (
            f"SendGrid's API keys begin with SG. and have {KEY_LENGTH} characters; this one has {len(key)}. "
            "If the check fails, copy the key again."
        )


def _about_server(settings: Settings) -> Iterator[str]:
    host, security = host_of(settings), settings.get("security", STARTTLS)
    if addresses.is_under(host, SENDGRID_DOMAIN) and text(settings, "username") not in ("", "apikey"):
        yield (
            "SendGrid no longer lets anybody sign in with the user name and password of an account. "
            "Make an API key there, and enter apikey as user name and the key as password."
        )
    if host and security == NONE and not addresses.is_loopback(host):
        yield "Without TLS, mail and the links in it travel in the open. Choose STARTTLS if the server offers it."
    usual = {465: TLS, 587: STARTTLS}.get(settings.get("port")) if is_port(settings.get("port")) else None
    if usual and security not in (usual, NONE):
        names = {TLS: "implicit TLS", STARTTLS: "STARTTLS"}
        yield f"Port {settings['port']} usually goes with {names[usual]}. If the check fails, choose that."


def _raw(settings: Settings, name: str) -> str:
    value: Any = settings.get(name)
    return value if isinstance(value, str) else ""
