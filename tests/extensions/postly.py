"""A made-up mail service for tests of core: two ways to log in, credentials to paste, one configuration at most."""

from collections.abc import Mapping
from typing import Any

from extensions.core.contract import Context, LanePolicy, Manifest, Paste, Pasted, PasteRefused, Proof

BY_KEY = {"sender": "ops@fleet.test", "method": "key", "api_key": "k3y-of-the-fleet"}
BY_LOGIN = {
    "sender": "ops@fleet.test",
    "method": "login",
    "host": "mail.fleet.test",
    "port": 587,
    "username": "fleet",
    "password": "p4ss-of-the-fleet",
}
PASTED = "office host=post.office.test username=office password=p4ss-of-the-office"
SEVERAL = f"{PASTED}\nyard host=post.yard.test username=yard password=p4ss-of-the-yard"

SETTINGS_SCHEMA = {
    "type": "object",
    "required": ["sender", "method"],
    "properties": {
        "sender": {"type": "string", "title": "Sender address", "format": "email"},
        "method": {
            "type": "string",
            "title": "Method",
            "x-address": True,
            "oneOf": [{"const": "key", "title": "Postly with API key"}, {"const": "login", "title": "Mail server"}],
        },
    },
    "oneOf": [
        {
            "properties": {
                "method": {"const": "key"},
                "api_key": {"type": "string", "title": "API key", "writeOnly": True},
            },
            "required": ["api_key"],
        },
        {
            "properties": {
                "method": {"const": "login"},
                "host": {"type": "string", "title": "Host name", "x-address": True},
                "port": {"type": "integer", "title": "Port", "minimum": 1, "default": 587, "x-address": True},
                "username": {"type": "string", "title": "User name"},
                "password": {"type": "string", "title": "Password", "writeOnly": True, "minLength": 4},
                "certificate": {"type": "string", "title": "Own certificate", "x-multiline": True},
            },
            "required": ["host", "port", "username", "password"],
        },
    ],
    "unevaluatedProperties": False,
}


class Checked:
    def check(self, context: Context) -> Proof:
        return Proof("The service knows you.")


def read(text: str) -> list[Pasted]:
    """A line each: a name, then `field=value`. Raises PasteRefused."""
    if "bug" in text:
        raise KeyError(text)
    found = [_read_line(line) for line in text.splitlines() if line.strip()]
    if any("password" not in pasted.settings for pasted in found):
        raise PasteRefused("The password is missing. Copy the credentials as a whole.")
    return found


def _read_line(line: str) -> Pasted:
    name, *pairs = line.split()
    return Pasted(name, dict(pair.split("=", 1) for pair in pairs if "=" in pair) | {"colour": "blue"})


def endpoint(settings: Mapping[str, Any]) -> str:
    by_login = settings.get("method") == "login"
    return f"{settings['host']}:{settings.get('port')}" if by_login else "https://api.postly.test"


def manifest(**changes: Any) -> Manifest:
    known = {
        "slug": "postly",
        "device_key": "",
        "name": "Postly",
        "category": "Mail",
        "summary": "A made-up mail service.",
        "life_cycle": "Made up.",
        "capability": "mailers",
        "provider": Checked(),
        "settings_schema": SETTINGS_SCHEMA,
        "account_key": lambda settings: f"postly {settings.get('host')} {settings.get('username')}",
        "lane": LanePolicy(per_second=1000),
        "endpoint": endpoint,
        "single": True,
        "paste": Paste("Credentials of the mail server", "As Postly shows them.", read, variant="login"),
    }
    return Manifest(**(known | changes))
