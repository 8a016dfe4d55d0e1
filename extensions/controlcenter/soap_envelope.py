"""Requests of Control Center SOAP: elements in the order of the schema, in an envelope with the user's name."""

from collections.abc import Sequence
from dataclasses import dataclass

from iotdash.lib.xml_documents import escaped

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

Value = str | Sequence["Field"]
Field = tuple[str, Value]


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


def _element(name: str, value: Value) -> str:
    inside = escaped(value) if isinstance(value, str) else "".join(_element(*field) for field in value)
    return f"<j:{name}>{inside}</j:{name}>"
