"""Requests in: the envelope around them, and their values held against the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from .errors import API_ERROR, SoapFault
from .names import ENVELOPE, INSTANCE, PASSWORD_TEXT, SECURITY, local, qualified
from .parsing import NotXml, parse
from .types import Attribute, Field, Sequence, Simple


@dataclass(frozen=True)
class Posted:
    """A request. `password` None: there was none in plain text."""

    payload: Element
    username: str = ""
    password: str | None = field(default=None, repr=False)

    @property
    def licence_key(self) -> str:
        return self.payload.findtext(qualified("licenseKey")) or ""


def posted(body: bytes) -> Posted:
    """What an envelope holds. SoapFault if it is none."""
    try:
        envelope = parse(body)
    except NotXml as error:
        raise SoapFault(API_ERROR, str(error)) from None
    if envelope.tag != qualified("Envelope", ENVELOPE):
        raise SoapFault(API_ERROR, "The body is not a SOAP 1.1 envelope")
    payloads = envelope.findall(f"{qualified('Body', ENVELOPE)}/*")
    if len(payloads) != 1:
        raise SoapFault(API_ERROR, "The SOAP body holds one request")
    return Posted(payloads[0], *_user(envelope))


def values(sequence: Sequence, element: Element) -> dict[str, Any]:
    """The values of an element by name. SoapFault if its children are not those of the sequence, in its order."""
    found = _attributes(sequence, element)
    children = list(element)
    for expected in sequence.fields:
        same = list(_leading(children, expected))
        del children[: len(same)]
        if len(same) < expected.least:
            raise SoapFault(API_ERROR, f"{_found(children, element)}, expected {expected.name}")
        read = [_value(expected, child) for child in same]
        if expected.most is None:
            found[expected.name] = read
        elif read:
            found[expected.name] = read[0]
    if children:
        raise SoapFault(API_ERROR, f"{_found(children, element)}, expected no more")
    return found


def as_sent(element: Element) -> dict[str, Any]:
    """Attributes and children by name, whatever they are, for the call log; no deeper than a list of texts."""
    return dict(element.attrib) | {local(child.tag): _texts(child) for child in element}


def _texts(element: Element) -> str | list[str]:
    return [child.text or "" for child in element] if len(element) else element.text or ""


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


def _leading(children: list[Element], expected: Field) -> Iterator[Element]:
    """The children at the front that are the expected element, as many as there may be."""
    for place, child in enumerate(children):
        if child.tag != qualified(expected.name) or place == expected.most:
            return
        yield child


def _value(expected: Field, child: Element) -> Any:
    if isinstance(expected.type, Sequence):
        return values(expected.type, child)
    if len(child) or _own(child.attrib):
        raise SoapFault(API_ERROR, f"{expected.name} holds text only")
    return _read(expected.name, expected.type, child.text or "")


def _attributes(sequence: Sequence, element: Element) -> dict[str, Any]:
    known: Mapping[str, Attribute] = {each.name: each for each in sequence.attributes}
    given = {each.name: each.default for each in sequence.attributes if each.default is not None}
    for name, text in (given | _own(element.attrib)).items():
        if name not in known:
            raise SoapFault(API_ERROR, f"{local(element.tag)} has no attribute {name}")
        given[name] = _read(name, known[name].type, text)
    return given


def _own(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes without those that may stand anywhere. `xsi:nil` is not one of them: no request has a nil."""
    anywhere = [qualified(name, INSTANCE) for name in ("type", "schemaLocation")]
    return {name: text for name, text in attributes.items() if name not in anywhere}


def _read(name: str, kind: Simple, text: str) -> Any:
    try:
        return kind.read(text)
    except ValueError as error:
        raise SoapFault(API_ERROR, f"{name} is {error}: {text[:50]}") from None


def _found(children: list[Element], element: Element) -> str:
    return f"Found {children[0].tag}" if children else f"Found the end of {local(element.tag)}"
