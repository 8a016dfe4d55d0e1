"""Replies and faults out, with the prefixes that a known consumer depends on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from werkzeug.wrappers import Response

from extensions.core.contract.sandboxing.exchange import Reply
from extensions.core.contract.sandboxing.soap.names import CONTENT_TYPE
from extensions.core.contract.sandboxing.soap.types import Sequence
from extensions.core.contract.sandboxing.soap.writing import enveloped, legal, payload

from ..problems import MalimaFault
from .names import FAULT_PREFIXES, OPERATIONS, PREFIXES, SOAP, TRACKING
from .tables import FAULTS
from .types import MOMENT


def answer(root: str, sequence: Sequence, values: Mapping[str, Any], tracking: Element | None) -> Reply:
    content = payload(f"{PREFIXES[OPERATIONS]}:{root}", sequence, values, PREFIXES)
    return Reply(_response(content, 200, tracking))


def refusal(fault: MalimaFault, tracking: Element | None, status: int = 500) -> Reply:
    """The fault, with its typed element in the detail."""
    element = Element(f"{SOAP}:Fault")
    SubElement(element, "faultcode").text = f"{SOAP}:Server"
    SubElement(element, "faultstring").text = legal(fault.words)
    detail = SubElement(element, "detail")
    [prefix] = FAULT_PREFIXES.values()
    detail.append(payload(f"{prefix}:{fault.kind}", FAULTS[fault.kind], fault.values, FAULT_PREFIXES))
    return Reply(_response(element, status, tracking), fault.code)


def tracking_header(request_id: str, now: datetime) -> Element:
    header = Element(f"{SOAP}:Header")
    tracking = SubElement(header, "ns1:trackingHeader", {"xmlns:ns1": TRACKING})
    SubElement(tracking, "ns1:requestId").text = request_id
    SubElement(tracking, "ns1:timestamp").text = MOMENT.write(now)
    return header


def _response(content: Element, status: int, header: Element | None) -> Response:
    return Response(enveloped(content, SOAP, header), status, content_type=CONTENT_TYPE)
