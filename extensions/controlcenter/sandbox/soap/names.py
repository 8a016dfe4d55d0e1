"""Namespaces of the wire, and the spellings that only this transport has."""

from __future__ import annotations

from ..model import STATUSES

SCHEMA = "http://api.jasperwireless.com/ws/schema"
SERVICE = "http://api.jasperwireless.com/ws/service"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PASSWORD_TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105

STATE_NAMES = {f"{status}_NAME": status for status in STATUSES}
SEARCH_STATES = {status.replace("_", ""): status for status in STATUSES}
