"""Replies out, with the prefixes that a service uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from .names import ENVELOPE, INSTANCE
from .types import Choice, Field, Sequence, Simple

Prefixes = Mapping[str, str]  # namespace -> prefix
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def declared(prefixes: Prefixes) -> dict[str, str]:
    """The prefixes as attributes of the element that brings them."""
    return {f"xmlns:{prefix}": namespace for namespace, prefix in prefixes.items()}


def payload(name: str, sequence: Sequence, values: Mapping[str, Any], prefixes: Prefixes) -> Element:
    """An element called `name`, prefix included. KeyError or ValueError if a value is missing that must be there."""
    element = Element(name, declared(prefixes))
    _fill(element, sequence, values, prefixes)
    return element


def enveloped(content: Element, prefix: str, header: Element | None = None) -> bytes:
    """A document with `content` in its body; `header` is a whole Header element, or there is none."""
    envelope = Element(f"{prefix}:Envelope", {f"xmlns:{prefix}": ENVELOPE})
    if header is not None:
        envelope.append(header)
    SubElement(envelope, f"{prefix}:Body").append(content)
    # A carriage return as it stands would be read as a line feed; the markup itself has none.
    return tostring(envelope, "utf-8", xml_declaration=True).replace(b"\r", b"&#13;")


def legal(text: str) -> str:
    """The text with what XML does not have replaced."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _fill(element: Element, sequence: Sequence, values: Mapping[str, Any], prefixes: Prefixes) -> None:
    prefix = prefixes[sequence.namespace]
    for attribute in sequence.attributes:
        if values.get(attribute.name):
            name = f"{prefix}:{attribute.name}" if attribute.qualified else attribute.name
            element.set(name, attribute.type.write(values[attribute.name]))
    for part in sequence.fields:
        for field in part.options if isinstance(part, Choice) else (part,):
            found = _chosen(field, values) if isinstance(part, Choice) else _occurrences(field, values)
            element.extend(_element(field, value, prefix, prefixes) for value in found)


def _occurrences(field: Field, values: Mapping[str, Any]) -> Iterable[Any]:
    if not field.least and field.most == 1:
        return _chosen(field, values)
    value = values[field.name]
    return [value] if field.most == 1 else value


def _chosen(field: Field, values: Mapping[str, Any]) -> Iterable[Any]:
    """Of an element that may be missing."""
    value = values.get(field.name)
    if value is None:
        return []
    return [value] if field.most == 1 else value


def _element(field: Field, value: Any, prefix: str, prefixes: Prefixes) -> Element:
    element = Element(f"{prefix}:{field.name}")
    if value is None:
        element.attrib = _nil(field)
    elif isinstance(field.type, Simple):
        element.text = legal(field.type.write(value))
    else:
        _fill(element, field.type, value, prefixes)
    return element


def _nil(field: Field) -> dict[str, str]:
    if not field.nillable:
        raise ValueError(f"{field.name} cannot be nil")
    return {"xmlns:xsi": INSTANCE, "xsi:nil": "true"}
