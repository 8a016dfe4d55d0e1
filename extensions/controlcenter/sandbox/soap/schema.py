"""WSDLs and their schema, made from the tables and addressed to whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from .names import SCHEMA
from .services import SERVICES, Operation, Service
from .tables import REQUEST_ID
from .types import Attribute, Field, Sequence, Simple
from .writing import CONTENT_TYPE

PREFIX = "/ws/schema"
TYPES = "Types.xsd"
_HTTP = "http://schemas.xmlsoap.org/soap/http"
_XSD = {"xmlns:xs": "http://www.w3.org/2001/XMLSchema", "xmlns:api": SCHEMA}
_WSDL = {"xmlns:wsdl": "http://schemas.xmlsoap.org/wsdl/", "xmlns:soap": "http://schemas.xmlsoap.org/wsdl/soap/"}


def response(request: Request) -> Response:
    """The document at the request's path, with `soap:address` at the request's own host."""
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(["GET", "HEAD"])
    name = request.path.removeprefix(f"{PREFIX}/")
    if name == TYPES:
        return _document(_types())
    wanted = [service for service in SERVICES.values() if name == f"{service.name}.wsdl"]
    if not wanted:
        raise NotFound
    return _document(_wsdl(wanted[0], request.host_url.rstrip("/")))


def _document(root: Element) -> Response:
    indent(root)
    return Response(tostring(root, "utf-8", xml_declaration=True), content_type=CONTENT_TYPE)


# Schema


def _types() -> Element:
    qualified = {"elementFormDefault": "qualified", "attributeFormDefault": "unqualified"}
    root = Element("xs:schema", _XSD | {"targetNamespace": SCHEMA} | qualified)
    _add(root, "xs:attribute", name=REQUEST_ID.name, type=f"xs:{REQUEST_ID.type.name}")
    operations = [operation for service in SERVICES.values() for operation in service.operations]
    for operation in operations:
        for name, sequence in _messages(operation).items():
            _add(root, "xs:element", name=name, type=f"api:{sequence.name}")
    for sequence in _all_sequences(operations):
        _complex_type(root, sequence)
    return root


def _messages(operation: Operation) -> Mapping[str, Sequence]:
    return {operation.request_root: operation.request, operation.reply_root: operation.reply}


def _all_sequences(operations: Iterable[Operation]) -> Iterable[Sequence]:
    found = (each for operation in operations for root in _messages(operation).values() for each in _within(root))
    return {sequence.name: sequence for sequence in found}.values()


def _within(sequence: Sequence) -> Iterator[Sequence]:
    yield sequence
    for field in sequence.fields:
        if isinstance(field.type, Sequence):
            yield from _within(field.type)


def _complex_type(root: Element, sequence: Sequence) -> None:
    kind = _add(root, "xs:complexType", name=sequence.name)
    elements = _add(kind, "xs:sequence")
    for field in sequence.fields:
        _add(elements, "xs:element", **_element(field))
    for attribute in sequence.attributes:
        _add(kind, "xs:attribute", **_attribute(attribute))


def _element(field: Field) -> dict[str, str]:
    prefix = "xs" if isinstance(field.type, Simple) else "api"
    known = {"name": field.name, "type": f"{prefix}:{field.type.name}"}
    if field.least != 1:
        known["minOccurs"] = str(field.least)
    if field.most is None:
        known["maxOccurs"] = "unbounded"
    return known | ({"nillable": "true"} if field.nillable else {})


def _attribute(attribute: Attribute) -> dict[str, str]:
    if attribute.qualified:
        return {"ref": f"api:{attribute.name}"}
    known = {"name": attribute.name, "type": f"xs:{attribute.type.name}"}
    return known | ({"default": attribute.default} if attribute.default else {})


# WSDL


def _wsdl(service: Service, base_url: str) -> Element:
    root = Element("wsdl:definitions", _WSDL | _XSD | {"name": service.name, "targetNamespace": SCHEMA})
    schema = _add(_add(root, "wsdl:types"), "xs:schema")
    _add(schema, "xs:import", namespace=SCHEMA, schemaLocation=TYPES)
    for operation in service.operations:
        for name in _messages(operation):
            _add(_add(root, "wsdl:message", name=name), "wsdl:part", name="body", element=f"api:{name}")
    _port_type(root, service)
    _binding(root, service)
    port = _add(_add(root, "wsdl:service", name=f"{service.name}Service"), "wsdl:port")
    port.attrib = {"name": f"{service.name}Port", "binding": f"api:{service.name}Binding"}
    _add(port, "soap:address", location=base_url + service.path)
    return root


def _port_type(root: Element, service: Service) -> None:
    port_type = _add(root, "wsdl:portType", name=service.name)
    for operation in service.operations:
        listed = _add(port_type, "wsdl:operation", name=operation.name)
        _add(listed, "wsdl:input", message=f"api:{operation.request_root}")
        _add(listed, "wsdl:output", message=f"api:{operation.reply_root}")


def _binding(root: Element, service: Service) -> None:
    binding = _add(root, "wsdl:binding", name=f"{service.name}Binding", type=f"api:{service.name}")
    _add(binding, "soap:binding", style="document", transport=_HTTP)
    for operation in service.operations:
        listed = _add(binding, "wsdl:operation", name=operation.name)
        _add(listed, "soap:operation", soapAction=service.action(operation))
        for way in ("wsdl:input", "wsdl:output"):
            _add(_add(listed, way), "soap:body", use="literal")


def _add(parent: Element, tag: str, **attributes: str) -> Element:
    return SubElement(parent, tag, attributes)
