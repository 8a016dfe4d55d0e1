"""Namespaces and prefixes of the wire, and the spellings that only this transport has."""

from __future__ import annotations

from ..model import STATUSES

SCHEMA = "http://api.jasperwireless.com/ws/schema"
SERVICE = "http://api.jasperwireless.com/ws/service"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PASSWORD_TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

STATE_NAMES = {f"{status}_NAME": status for status in STATUSES}
SEARCH_STATES = {status.replace("_", ""): status for status in STATUSES}


def qualified(name: str, namespace: str = SCHEMA) -> str:
    """`{namespace}name`, as the parser spells it."""
    return f"{{{namespace}}}{name}"


def local(tag: str) -> str:
    return tag.rpartition("}")[2]
