"""Settings of an account at Orange: schema, problems in words, endpoint, identity of the account, quota."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from extensions.core.contract import Quota
from extensions.orange.dates import month

Settings = Mapping[str, Any]

DEFAULT_BASE = "https://iosw-ba.orange.com:443/MLM/"
# What Orange's service documents of 2016-17 allow for the directory: so many a month, and so many more for each SIM.
CALLS_A_MONTH, CALLS_FOR_EACH_SIM = 1000, 3
_AS_A_RULE = f"{CALLS_A_MONTH:,} plus {CALLS_FOR_EACH_SIM} for each SIM, as in contracts of 2017"
_PATH = "/MLM"
_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*|[0-9a-f:.]*:[0-9a-f:.]*")
_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")
_SERVICE = re.compile(r"/[A-Za-z]+-[0-9]+$")
_WHOLE_ADDRESS = f"Give the whole address, as {DEFAULT_BASE}, or leave it empty."


def _text(title: str, description: str, **marks: Any) -> dict[str, Any]:
    return {"type": "string", "title": title, "description": description, **marks}


SETTINGS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "username": _text("User name", "The login, or access key, of the API; not that of the portal.", minLength=1),
        "password": _text("Password", "The password that belongs to it.", writeOnly=True, minLength=1),
        "base_url": _text(
            "Base URL",
            "Left empty, that of direct customers. Accounts from Bluemix have …/MLM_EXT_IMC/ on the same host.",
            **{"x-address": True, "x-placeholder": DEFAULT_BASE},
        ),
        "monthly_calls": {
            "type": "integer",
            "title": "Calls a month",
            "description": f"Left empty, {_AS_A_RULE}. Enter what yours allows: it is shown beside what was used.",
            "minimum": 1,
            "maximum": 1_000_000_000,
            "x-local": True,
        },
    },
    "required": ["username", "password"],
    "additionalProperties": False,
}


class BaseUrlError(ValueError):
    """`str(error)` is a sentence for the person who typed it."""


@dataclass(frozen=True)
class Base:
    """Where an account is called; `name` is that of the host, `host` has the port too where it is not the usual one."""

    scheme: str
    name: str
    port: int | None
    path: str

    @property
    def host(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port in (None, _PORTS[self.scheme]) else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"


def base_of(settings: Settings) -> Base:
    """Raises BaseUrlError. Whether `http://` is allowed there is for the guard for addresses to say."""
    typed = str(settings.get("base_url") or "").strip() or DEFAULT_BASE
    parts, port = _split(typed if "://" in typed else f"https://{typed}")
    name = parts.hostname or ""
    if parts.scheme not in _PORTS or port == 0 or not _HOST.fullmatch(name):
        raise BaseUrlError(f"This is not an address. {_WHOLE_ADDRESS}")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise BaseUrlError("Give the address alone, without a user name and without ? or #.")
    return Base(parts.scheme, name, port, _SERVICE.sub("", parts.path.rstrip("/")) or _PATH)


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise BaseUrlError(f"This is not an address. {_WHOLE_ADDRESS}") from None


def endpoint(settings: Settings) -> str:
    """For `Manifest.endpoint`: the address that is called, "" if the base URL gives none."""
    try:
        return f"{base_of(settings).url}/"
    except BaseUrlError:
        return ""


def derived(settings: Settings) -> dict[str, str]:
    """For `Manifest.derived`. What follows for the base URL is the endpoint, which is shown anyway."""
    return {"monthly_calls": _AS_A_RULE}


def account_key(settings: Settings) -> str:
    """For `Manifest.account_key`: where it is called, and the user."""
    return f"{endpoint(settings) or settings.get('base_url')} {username_of(settings)}"


def username_of(settings: Settings) -> str:
    return str(settings.get("username", "")).strip()


def settings_problems(settings: Settings) -> tuple[tuple[str, str], ...]:
    """For `Manifest.settings_problems`: (field, sentence) of what the schema cannot say."""
    found = ("username", _username_problem(settings)), ("base_url", _base_problem(settings))
    return tuple((field, problem) for field, problem in found if problem)


def quota(settings: Settings, sims: int, now: datetime) -> Quota:
    begins, ends = month(now)
    typed = settings.get("monthly_calls")
    if isinstance(typed, int) and typed > 0:
        return Quota(typed, begins, ends, "Allowed is what the settings say.")
    allowed = CALLS_A_MONTH + CALLS_FOR_EACH_SIM * sims
    return Quota(
        allowed, begins, ends, f"Allowed are {_AS_A_RULE}; {sims:,} {'is' if sims == 1 else 'are'} known here."
    )


def _username_problem(settings: Settings) -> str:
    if ":" in username_of(settings):
        return "A user name cannot have a colon: Basic authentication ends it there."
    return ""


def _base_problem(settings: Settings) -> str:
    try:
        base = base_of(settings)
    except BaseUrlError as error:
        return str(error)
    if base.scheme == "http" and not _LOOPBACK.fullmatch(base.name):
        return "An address with http:// would send the password in the open. Use https://."
    return ""
