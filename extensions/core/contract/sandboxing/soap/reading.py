"""Requests in: the envelope around them, and their values held against the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from .names import ENVELOPE, INSTANCE, local, qualified
from .parsing import NotXml, parse
from .types import Attribute, Choice, Field, Sequence, Simple


class Misfit(ValueError):
    """The request is not as its table says; the text says what was expected."""


def opened(body: bytes) -> tuple[Element, Element]:
    """The envelope and the one request in it. Misfit if it is none."""
    try:
        envelope = parse(body)
    except NotXml as error:
        raise Misfit(str(error)) from None
    if envelope.tag != qualified("Envelope", ENVELOPE):
        raise Misfit("The body is not a SOAP 1.1 envelope")
    payloads = envelope.findall(f"{qualified('Body', ENVELOPE)}/*")
    if len(payloads) != 1:
        raise Misfit("The SOAP body holds one request")
    return envelope, payloads[0]


def values(sequence: Sequence, element: Element) -> dict[str, Any]:
    """The values of an element by name. Misfit if its children are not those of the sequence, in its order."""
    found = _attributes(sequence, element)
    children = list(element)
    for part in sequence.fields:
        expected = _chosen(part, sequence, children, element) if isinstance(part, Choice) else part
        if expected:
            found |= _taken(expected, sequence, children, element)
    if children:
        raise Misfit(f"{_found(children, element)}, expected no more")
    return found


def as_sent(element: Element) -> dict[str, Any]:
    """Attributes and children by name, whatever they are, for the call log; no deeper than a list of texts."""
    return dict(element.attrib) | {local(child.tag): _texts(child) for child in element}


def _texts(element: Element) -> str | list[str]:
    return [child.text or "" for child in element] if len(element) else element.text or ""


def _chosen(choice: Choice, sequence: Sequence, children: list[Element], element: Element) -> Field | None:
    """The option that stands at the front."""
    for option in choice.options:
        if children and children[0].tag == qualified(option.name, sequence.namespace):
            return option
    if choice.least:
        names = ", ".join(option.name for option in choice.options)
        raise Misfit(f"{_found(children, element)}, expected one of {names}")
    return None


def _taken(expected: Field, sequence: Sequence, children: list[Element], element: Element) -> dict[str, Any]:
    """The field's value by its name, if it has one; its elements are taken from the front."""
    same = list(_leading(children, expected, sequence.namespace))
    del children[: len(same)]
    if len(same) < expected.least:
        raise Misfit(f"{_found(children, element)}, expected {expected.name}")
    read = [_value(expected, child) for child in same]
    if expected.most == 1:
        return {expected.name: read[0]} if read else {}
    return {expected.name: read}


def _leading(children: list[Element], expected: Field, namespace: str) -> Iterator[Element]:
    """The children at the front that are the expected element, as many as there may be."""
    for place, child in enumerate(children):
        if child.tag != qualified(expected.name, namespace) or place == expected.most:
            return
        yield child


def _value(expected: Field, child: Element) -> Any:
    if isinstance(expected.type, Sequence):
        return values(expected.type, child)
    if len(child) or _own(child.attrib):
        raise Misfit(f"{expected.name} holds text only")
    return _read(expected.name, expected.type, child.text or "")


def _attributes(sequence: Sequence, element: Element) -> dict[str, Any]:
    known: Mapping[str, Attribute] = {each.name: each for each in sequence.attributes}
    given = {each.name: each.default for each in sequence.attributes if each.default is not None}
    for name, text in (given | _own(element.attrib)).items():
        if name not in known:
            raise Misfit(f"{local(element.tag)} has no attribute {name}")
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
        raise Misfit(f"{name} is {error}: {text[:50]}") from None


def _found(children: list[Element], element: Element) -> str:
    return f"Found {children[0].tag}" if children else f"Found the end of {local(element.tag)}"
