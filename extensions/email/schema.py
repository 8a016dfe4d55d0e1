"""The settings of the three methods, as one JSON schema with variants."""

from typing import Any

SENDGRID_KEY, SMTP, SENDGRID_USERNAME = "sendgrid_key", "smtp", "sendgrid_username"
GLOBAL, EU = "global", "eu"
NONE, STARTTLS, TLS = "none", "starttls", "tls"
SENDGRID_HOST, SUBMISSION_PORT = "smtp.sendgrid.net", 587


def _text(title: str, description: str, **marks: Any) -> dict[str, Any]:
    return {"type": "string", "title": title, "description": description, **marks}


def _choice(title: str, description: str, *choices: tuple[str, str], **marks: Any) -> dict[str, Any]:
    return _text(title, description, oneOf=[{"const": value, "title": words} for value, words in choices], **marks)


_METHOD = {
    "type": "string",
    "title": "Method",
    "x-address": True,
    "oneOf": [
        {"const": SENDGRID_KEY, "title": "SendGrid with API key"},
        {"const": SMTP, "title": "SMTP"},
        {"const": SENDGRID_USERNAME, "title": "SendGrid with username"},
    ],
}
_SENDER_NAME = _text(
    "Sender name", "Name of the site administrator, as recipients see it. May be left empty.", maxLength=80
)
_SENDER_ADDRESS = _text(
    "Sender address",
    "Email address of the site administrator. The mail service must let you send from it.",
    minLength=1,
    maxLength=254,
    **{"x-placeholder": "admin@example.com"},
)
_API_KEY = _text(
    "API key",
    "From SendGrid, Settings, API Keys. It needs the permission Mail Send.",
    writeOnly=True,
    minLength=1,
    maxLength=500,
)
_REGION = _choice(
    "Region",
    "EU only if your SendGrid account is a subuser that is kept in the EU.",
    (GLOBAL, "Global"),
    (EU, "EU"),
    default=GLOBAL,
    **{"x-address": True},
)
_API_ADDRESS = _text(
    "API address",
    "Leave it empty to use SendGrid's own address of the region. Only a sandbox has another.",
    maxLength=300,
    **{"x-address": True},
)
_WEBHOOK_KEY = _text(
    "Verification key",
    "Only for delivery reports: the public key of SendGrid's signed event webhook.",
    maxLength=1000,
    **{"x-local": True},
)
_SECURITY = _choice(
    "Security",
    "How the connection is secured. STARTTLS goes with port 587, implicit TLS with port 465.",
    (STARTTLS, "STARTTLS"),
    (TLS, "Implicit TLS"),
    (NONE, "None"),
    default=STARTTLS,
)
_PASSWORD = {"writeOnly": True, "maxLength": 500}


def _host(description: str, **marks: Any) -> dict[str, Any]:
    return _text("Host", description, minLength=1, maxLength=253, **{"x-address": True}, **marks)


def _port(description: str) -> dict[str, Any]:
    return {
        "type": "integer",
        "title": "Port",
        "description": description,
        "minimum": 1,
        "maximum": 65535,
        "default": SUBMISSION_PORT,
    }


_SMTP_FIELDS = {
    "host": _host("Name of the mail server.", **{"x-placeholder": "smtp.example.com"}),
    "port": _port("587 or 465 as a rule; 25 or 2525 on some servers."),
    "security": _SECURITY,
    "username": _text("User name", "Leave both empty if the server asks for no sign-in.", maxLength=254),
    "password": _text("Password", "", **_PASSWORD),
    "ca_pem": _text(
        "CA certificate",
        "Only if the server's certificate is from an authority of your own: that authority's certificate, in PEM form.",
        maxLength=100_000,
        **{"x-multiline": True},
    ),
}
_USERNAME_FIELDS = {
    "host": _host("Host name of the credentials.", default=SENDGRID_HOST),
    "username": _text("User name", "With SendGrid today this is the word apikey.", minLength=1, maxLength=254),
    "password": _text("Password", "With SendGrid today this is an API key.", minLength=1, **_PASSWORD),
    "port": _port("587 or 2525 with STARTTLS, 465 with implicit TLS."),
    "security": _SECURITY,
    "webhook_key": _WEBHOOK_KEY,
}
_KEY_FIELDS = {"api_key": _API_KEY, "region": _REGION, "webhook_key": _WEBHOOK_KEY, "api_address": _API_ADDRESS}


def _variant(method: str, fields: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"properties": {"method": {"const": method}, **fields}, "required": list(required)}


SETTINGS_SCHEMA = {
    "type": "object",
    "properties": {"method": _METHOD, "sender_name": _SENDER_NAME, "sender_address": _SENDER_ADDRESS},
    "required": ["method", "sender_address"],
    "oneOf": [
        _variant(SENDGRID_KEY, _KEY_FIELDS, "api_key"),
        _variant(SMTP, _SMTP_FIELDS, "host", "port", "security"),
        _variant(SENDGRID_USERNAME, _USERNAME_FIELDS, "host", "username", "password", "port", "security"),
    ],
    "unevaluatedProperties": False,
}
