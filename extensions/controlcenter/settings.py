"""Settings of an account at Control Center: schema, problems in words, endpoint, identity of the account."""

import re
from collections.abc import Mapping
from datetime import timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from extensions.controlcenter.address import PATHS, REST, SOAP, Address, DomainIdError, parse_domain_id
from iotdash.lib.outbound import policy_from_settings

Settings = Mapping[str, Any]
PUSH_FIELD = "push_secret"

_OFFSET = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)")
_CONSOLE = re.compile(r"(?!rest|api|rws)[a-z0-9-]+\.jasper\.com")


def _text(title: str, description: str, **marks: Any) -> dict[str, Any]:
    return {"type": "string", "title": title, "description": description, **marks}


_PROPERTIES = {
    "username": _text("User name", "The user that calls the API; a user of its own is customary.", minLength=1),
    "password": _text("Password", "SOAP: the user's password. REST uses the access key instead.", writeOnly=True),
    "access_key": _text(
        "Access key", "REST: the user's API key. SOAP: the account's licence key.", writeOnly=True, minLength=1
    ),
    "domain_id": _text("Domain ID", "Host name or address of the API; not the host where people sign in.", minLength=1),
    "protocol": _text(
        "Protocol",
        "Left empty, it follows from the domain ID. Each has hosts of its own.",
        oneOf=[{"const": REST, "title": "REST"}, {"const": SOAP, "title": "SOAP"}],
    ),
    "time_zone": _text(
        "Time zone of the account",
        "Only if cycles start on the wrong day: the carrier's zone, as Europe/Amsterdam or +08:00.",
    ),
    PUSH_FIELD: _text(
        "Shared secret of pushes",
        "Only if Control Center is to push changes; it is not the licence key. The address comes after Done.",
        writeOnly=True,
        **{"x-local": True},
    ),
}


def settings_schema(rest_host: str) -> dict[str, Any]:
    """For `Manifest.settings_schema`; `rest_host` is the example that people see."""
    address = {**_PROPERTIES["domain_id"], "x-address": True, "x-placeholder": rest_host}
    return {
        "type": "object",
        "properties": {**_PROPERTIES, "domain_id": address},
        "required": ["username", "access_key", "domain_id"],
        "additionalProperties": False,
    }


def address_of(settings: Settings) -> Address:
    """Raises DomainIdError."""
    return parse_domain_id(str(settings.get("domain_id", "")))


def protocol_of(settings: Settings) -> str:
    """As chosen, else preset from the domain ID. Raises DomainIdError."""
    chosen = settings.get("protocol")
    return chosen if chosen in PATHS else address_of(settings).protocol


def endpoint(settings: Settings) -> str:
    """For `Manifest.endpoint`: the address that is called, "" if the domain ID gives none."""
    try:
        return address_of(settings).url(protocol_of(settings))
    except DomainIdError:
        return ""


def derived(settings: Settings) -> dict[str, str]:
    """For `Manifest.derived`: the protocol that follows from the domain ID."""
    try:
        return {"protocol": f"{address_of(settings).protocol.upper()}, from the domain ID"}
    except DomainIdError:
        return {}


def account_key(settings: Settings) -> str:
    """For `Manifest.account_key`: the host and the user; a domain ID that is no address stands for itself."""
    try:
        host = address_of(settings).host
    except DomainIdError:
        host = str(settings.get("domain_id", ""))
    return f"{host} {username_of(settings)}"


def username_of(settings: Settings) -> str:
    return str(settings.get("username", "")).strip()


def access_key_of(settings: Settings) -> str:
    # Copied keys often bring a line end along.
    return str(settings.get("access_key", "")).strip()


def push_secret_of(settings: Settings) -> str:
    """Empty where no pushes are taken."""
    return str(settings.get(PUSH_FIELD) or "").strip()


def zone_of(settings: Settings) -> tzinfo | None:
    """The account's zone; None if it is not given, or not known here."""
    name = str(settings.get("time_zone") or "").strip()
    offset = _OFFSET.fullmatch(name)
    if offset:
        amount = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-amount if offset[1] == "-" else amount)
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def settings_problems(settings: Settings) -> tuple[tuple[str, str], ...]:
    """For `Manifest.settings_problems`: (field, sentence) of what the schema cannot say."""
    found = (
        ("username", _username_problem(settings)),
        ("domain_id", _domain_problem(settings)),
        ("password", _password_problem(settings)),
        ("time_zone", _zone_problem(settings)),
    )
    return tuple((field, problem) for field, problem in found if problem)


def settings_warnings(settings: Settings) -> tuple[str, ...]:
    """For `Manifest.settings_warnings`: a host that looks like the console's."""
    try:
        name = address_of(settings).name
    except DomainIdError:
        return ()
    if not _CONSOLE.fullmatch(name):
        return ()
    return (f"{name} looks like the Control Center console. The API has its own host, as restapi3.jasper.com.",)


def _username_problem(settings: Settings) -> str:
    if ":" in username_of(settings) and _protocol_or_none(settings) == REST:
        return "A user name cannot have a colon: Basic authentication ends it there."
    return ""


def _domain_problem(settings: Settings) -> str:
    try:
        address = address_of(settings)
    except DomainIdError as error:
        return str(error)
    if address.scheme == "http" and not policy_from_settings().allows_plain_http(address.name):
        return "An address with http:// would send the access key in the open. Use https://."
    return ""


def _password_problem(settings: Settings) -> str:
    if _protocol_or_none(settings) == SOAP and not settings.get("password"):
        return "SOAP needs the user's password beside the licence key."
    return ""


def _protocol_or_none(settings: Settings) -> str | None:
    try:
        return protocol_of(settings)
    except DomainIdError:
        return None


def _zone_problem(settings: Settings) -> str:
    if settings.get("time_zone") and zone_of(settings) is None:
        return "This time zone is not known. Write it as Europe/Amsterdam or as +08:00."
    return ""
