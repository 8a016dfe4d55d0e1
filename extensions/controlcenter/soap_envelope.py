"""Requests of Control Center SOAP: elements in the order of the schema, in an envelope with the user's name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SCHEMA = "http://api.jasperwireless.com/ws/schema"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
# Any text is accepted; this is the schema that these requests follow.
VERSION = "5.90"

_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_PASSWORD_TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105
_TEMPLATE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    f'<soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns:j="{SCHEMA}">'
    f'<soapenv:Header><wsse:Security soapenv:mustUnderstand="1" xmlns:wsse="{_SECURITY}"><wsse:UsernameToken>'
    "<wsse:Username>{username}</wsse:Username>"
    f'<wsse:Password Type="{_PASSWORD_TEXT}">{{password}}</wsse:Password>'
    "</wsse:UsernameToken></wsse:Security></soapenv:Header>"
    "<soapenv:Body>{request}</soapenv:Body></soapenv:Envelope>"
)
# A line end alone would reach the other side as another one.
_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Value = str | Sequence["Field"]
Field = tuple[str, Value]


class NotInXmlError(ValueError):
    """A text has a character that no XML document can hold."""


@dataclass(frozen=True)
class Credentials:
    username: str
    password: str
    licence_key: str


def envelope(operation: str, fields: Sequence[Field], credentials: Credentials, message_id: str) -> bytes:
    """The whole request. `fields` are (name, text or fields) in the order of the schema. Raises NotInXmlError."""
    common = (("messageId", message_id), ("version", VERSION), ("licenseKey", credentials.licence_key))
    request = _element(f"{operation}Request", (*common, *fields))
    username, password = escaped(credentials.username), escaped(credentials.password)
    return _TEMPLATE.format(username=username, password=password, request=request).encode()


def escaped(text: str) -> str:
    """Text as character data. Raises NotInXmlError."""
    if _NOT_IN_XML.search(text):
        raise NotInXmlError("There is a character in it that XML cannot carry.")
    return text.translate(_ESCAPES)


def _element(name: str, value: Value) -> str:
    inside = escaped(value) if isinstance(value, str) else "".join(_element(*field) for field in value)
    return f"<j:{name}>{inside}</j:{name}>"
