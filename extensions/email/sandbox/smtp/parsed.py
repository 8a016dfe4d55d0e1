"""A message as it came over SMTP, read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import parseaddr
from typing import Any

EXTENSIONS_HEADER = "X-SMTPAPI"


class Parsed:
    """`content` is what came between DATA and the final dot."""

    def __init__(self, content: bytes) -> None:
        message = message_from_bytes(content, policy=SMTPUTF8)
        assert isinstance(message, EmailMessage)
        self._message = message

    @property
    def sender(self) -> tuple[str, str]:
        """Name and address of From; empty if there is none."""
        return parseaddr(self._header("From"))

    def fields(self) -> dict[str, Any]:
        """Fields of `Message` that the message itself says."""
        name, address = self.sender
        extensions = self._extensions()
        category = extensions.get("category", [])
        return {
            "sender": address,
            "sender_name": name,
            "subject": self._header("Subject"),
            "text": self._part("plain"),
            "html": self._part("html"),
            "custom_args": {key: str(value) for key, value in _mapping(extensions.get("unique_args")).items()},
            "categories": tuple(category) if isinstance(category, list) else (str(category),),
        }

    def _header(self, name: str) -> str:
        return str(self._message.get(name, ""))

    def _part(self, kind: str) -> str:
        part = self._message.get_body((kind,))
        if part is None:
            return ""
        try:
            return str(part.get_content()).replace("\r\n", "\n")
        except (LookupError, UnicodeError):
            payload = part.get_payload(decode=True)
            return payload.decode(errors="replace") if isinstance(payload, bytes) else ""

    def _extensions(self) -> Mapping[str, Any]:
        try:
            return _mapping(json.loads(self._header(EXTENSIONS_HEADER) or "{}"))
        except ValueError:
            return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
