"""Replies out, with the prefixes that the carrier uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from werkzeug.wrappers import Response

from extensions.core.contract.sandboxing.exchange import Reply
from extensions.core.contract.sandboxing.soap.names import CONTENT_TYPE
from extensions.core.contract.sandboxing.soap.types import Sequence
from extensions.core.contract.sandboxing.soap.writing import declared, enveloped, legal, payload

from .errors import SoapFault
from .names import SCHEMA

_PREFIX = "ns2"
_PREFIXES = {SCHEMA: _PREFIX}


def answer(root: str, sequence: Sequence, values: Mapping[str, Any]) -> Reply:
    """A reply whose payload is called `root`. KeyError or ValueError if one is missing that must be there."""
    return Reply(_response(payload(f"{_PREFIX}:{root}", sequence, values, _PREFIXES), 200))


def refusal(fault: SoapFault, status: int = 500) -> Reply:
    """The fault: its code is the faultstring, its words are in the detail."""
    element = Element("SOAP-ENV:Fault")
    SubElement(element, "faultcode").text = "SOAP-ENV:Client"
    SubElement(element, "faultstring", {"xml:lang": "en"}).text = fault.code
    detail = SubElement(element, "detail")
    for name, text in (("error", fault.error), ("exception", "ApiException"), ("message", fault.message)):
        SubElement(detail, f"{_PREFIX}:{name}", declared(_PREFIXES)).text = legal(text)
    return Reply(_response(element, status), fault.code)


def _response(content: Element, status: int) -> Response:
    document = enveloped(content, "SOAP-ENV", Element("SOAP-ENV:Header"))
    return Response(document, status, content_type=CONTENT_TYPE)
