"""Requests in: who sends them, and their values held against the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from extensions.core.contract.sandboxing.soap import reading
from extensions.core.contract.sandboxing.soap.names import ENVELOPE, qualified
from extensions.core.contract.sandboxing.soap.reading import Misfit
from extensions.core.contract.sandboxing.soap.types import Sequence

from .errors import API_ERROR, SoapFault
from .names import PASSWORD_TEXT, SCHEMA, SECURITY


@dataclass(frozen=True)
class Posted:
    """A request. `password` None: there was none in plain text."""

    payload: Element
    username: str = ""
    password: str | None = field(default=None, repr=False)

    @property
    def licence_key(self) -> str:
        return self.payload.findtext(qualified("licenseKey", SCHEMA)) or ""


def posted(body: bytes) -> Posted:
    """What an envelope holds. SoapFault if it is none."""
    try:
        envelope, payload = reading.opened(body)
    except Misfit as misfit:
        raise SoapFault(API_ERROR, str(misfit)) from None
    return Posted(payload, *_user(envelope))


def values(sequence: Sequence, element: Element) -> dict[str, Any]:
    """The values of an element by name. SoapFault if its children are not those of the sequence, in its order."""
    try:
        return reading.values(sequence, element)
    except Misfit as misfit:
        raise SoapFault(API_ERROR, str(misfit)) from None


def _user(envelope: Element) -> tuple[str, str | None]:
    path = "/".join(
        qualified(*step) for step in (("Header", ENVELOPE), ("Security", SECURITY), ("UsernameToken", SECURITY))
    )
    token = envelope.find(path)
    if token is None:
        return "", None
    password = token.find(qualified("Password", SECURITY))
    in_clear = password is not None and password.get("Type", PASSWORD_TEXT) == PASSWORD_TEXT
    return token.findtext(qualified("Username", SECURITY)) or "", (password.text or "") if in_clear else None
