"""Replies out, with the prefixes that the carrier uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from werkzeug.wrappers import Response

from ..exchange import Reply
from .errors import SoapFault
from .names import ENVELOPE, INSTANCE, SCHEMA
from .types import Field, Sequence, Simple, written

CONTENT_TYPE = "text/xml; charset=utf-8"
_PREFIX = "ns2"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMESPACE = {f"xmlns:{_PREFIX}": SCHEMA}


def answer(root: str, sequence: Sequence, values: Mapping[str, Any]) -> Reply:
    """A reply whose payload is called `root`. KeyError or ValueError if one is missing that must be there."""
    payload = Element(f"{_PREFIX}:{root}", _NAMESPACE)
    _fill(payload, sequence, values)
    return Reply(_response(payload, 200))


def refusal(fault: SoapFault, status: int = 500) -> Reply:
    """The fault: its code is the faultstring, its words are in the detail."""
    element = Element("SOAP-ENV:Fault")
    SubElement(element, "faultcode").text = "SOAP-ENV:Client"
    SubElement(element, "faultstring", {"xml:lang": "en"}).text = fault.code
    detail = SubElement(element, "detail")
    for name, text in (("error", fault.error), ("exception", "ApiException"), ("message", fault.message)):
        SubElement(detail, f"{_PREFIX}:{name}", _NAMESPACE).text = _legal(text)
    return Reply(_response(element, status), fault.code)


def _response(payload: Element, status: int) -> Response:
    envelope = Element("SOAP-ENV:Envelope", {"xmlns:SOAP-ENV": ENVELOPE})
    SubElement(envelope, "SOAP-ENV:Header")
    SubElement(envelope, "SOAP-ENV:Body").append(payload)
    # A carriage return as it stands would be read as a line feed; the markup itself has none.
    document = tostring(envelope, "utf-8", xml_declaration=True).replace(b"\r", b"&#13;")
    return Response(document, status, content_type=CONTENT_TYPE)


def _fill(element: Element, sequence: Sequence, values: Mapping[str, Any]) -> None:
    for attribute in sequence.attributes:
        if values.get(attribute.name):
            name = f"{_PREFIX}:{attribute.name}" if attribute.qualified else attribute.name
            element.set(name, written(values[attribute.name]))
    for field in sequence.fields:
        element.extend(_element(field, value) for value in _occurrences(field, values))


def _occurrences(field: Field, values: Mapping[str, Any]) -> Iterable[Any]:
    if field.most is None or field.least:
        value = values[field.name]
        return value if field.most is None else [value]
    value = values.get(field.name)
    return [] if value is None else [value]


def _element(field: Field, value: Any) -> Element:
    element = Element(f"{_PREFIX}:{field.name}")
    if value is None:
        element.attrib = _nil(field)
    elif isinstance(field.type, Simple):
        element.text = _legal(written(value))
    else:
        _fill(element, field.type, value)
    return element


def _nil(field: Field) -> dict[str, str]:
    if not field.nillable:
        raise ValueError(f"{field.name} cannot be nil")
    return {"xmlns:xsi": INSTANCE, "xsi:nil": "true"}


def _legal(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
