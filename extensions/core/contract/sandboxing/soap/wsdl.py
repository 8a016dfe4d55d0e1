"""WSDL 1.1 of a service, document/literal, addressed to whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, indent, tostring

from werkzeug.wrappers import Response

from .names import CONTENT_TYPE, HTTP, WSDL, WSDL_SOAP, XSD
from .schema import add
from .writing import Prefixes, declared


@dataclass(frozen=True)
class Described:
    """An operation: root elements of what goes in and out, and of the details of its faults."""

    name: str
    action: str
    request: str
    reply: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Port:
    """A service at `address`. `schemas` are elements `xs:schema`; `elements` says the namespace of a root element."""

    name: str
    namespace: str
    address: str
    operations: Sequence[Described]
    schemas: Sequence[Element]
    prefixes: Prefixes
    elements: dict[str, str]


def document(root: Element) -> Response:
    indent(root)
    return Response(tostring(root, "utf-8", xml_declaration=True), content_type=CONTENT_TYPE)


def definitions(port: Port) -> Element:
    known = {"xmlns:wsdl": WSDL, "xmlns:wsoap": WSDL_SOAP, "xmlns:xs": XSD} | declared(port.prefixes)
    root = Element("wsdl:definitions", known | {"name": port.name, "targetNamespace": port.namespace})
    add(root, "wsdl:types").extend(port.schemas)
    for name in _messages(port.operations):
        element = f"{port.prefixes[port.elements[name]]}:{name}"
        add(add(root, "wsdl:message", name=name), "wsdl:part", name="body", element=element)
    prefix = port.prefixes[port.namespace]
    _port_type(root, port, prefix)
    _binding(root, port, prefix)
    service = add(add(root, "wsdl:service", name=f"{port.name}Service"), "wsdl:port", name=f"{port.name}Port")
    service.set("binding", f"{prefix}:{port.name}Binding")
    add(service, "wsoap:address", location=port.address)
    return root


def _messages(operations: Iterable[Described]) -> list[str]:
    named = [name for each in operations for name in (each.request, each.reply, *each.faults)]
    return list(dict.fromkeys(named))


def _port_type(root: Element, port: Port, prefix: str) -> None:
    port_type = add(root, "wsdl:portType", name=port.name)
    for operation in port.operations:
        listed = add(port_type, "wsdl:operation", name=operation.name)
        add(listed, "wsdl:input", message=f"{prefix}:{operation.request}")
        add(listed, "wsdl:output", message=f"{prefix}:{operation.reply}")
        for fault in operation.faults:
            add(listed, "wsdl:fault", name=fault, message=f"{prefix}:{fault}")


def _binding(root: Element, port: Port, prefix: str) -> None:
    binding = add(root, "wsdl:binding", name=f"{port.name}Binding", type=f"{prefix}:{port.name}")
    add(binding, "wsoap:binding", style="document", transport=HTTP)
    for operation in port.operations:
        listed = add(binding, "wsdl:operation", name=operation.name)
        add(listed, "wsoap:operation", soapAction=operation.action)
        for way in ("wsdl:input", "wsdl:output"):
            add(add(listed, way), "wsoap:body", use="literal")
        for fault in operation.faults:
            add(add(listed, "wsdl:fault", name=fault), "wsoap:fault", name=fault, use="literal")
