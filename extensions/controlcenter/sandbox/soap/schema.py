"""WSDLs and their schema, made from the tables and addressed to whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from extensions.core.contract.sandboxing.soap.names import XSD
from extensions.core.contract.sandboxing.soap.schema import add, reached, schema
from extensions.core.contract.sandboxing.soap.types import Sequence
from extensions.core.contract.sandboxing.soap.wsdl import Described, Port, definitions, document

from .names import SCHEMA
from .services import SERVICES, Operation, Service

PREFIX = "/ws/schema"
TYPES = "Types.xsd"
_PREFIXES = {SCHEMA: "api"}


def response(request: Request) -> Response:
    """The document at the request's path, with `soap:address` at the request's own host."""
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(["GET", "HEAD"])
    name = request.path.removeprefix(f"{PREFIX}/")
    if name == TYPES:
        return document(_types())
    wanted = [service for service in SERVICES.values() if name == f"{service.name}.wsdl"]
    if not wanted:
        raise NotFound
    return document(_wsdl(wanted[0], request.host_url.rstrip("/")))


def _types() -> Element:
    roots = _roots(operation for service in SERVICES.values() for operation in service.operations)
    return schema(SCHEMA, roots, reached(roots.values()), _PREFIXES)


def _roots(operations: Iterable[Operation]) -> dict[str, Sequence]:
    return {
        name: sequence
        for each in operations
        for name, sequence in ((each.request_root, each.request), (each.reply_root, each.reply))
    }


def _wsdl(service: Service, base_url: str) -> Element:
    imported = Element("xs:schema", {"xmlns:xs": XSD})
    add(imported, "xs:import", namespace=SCHEMA, schemaLocation=TYPES)
    described = [
        Described(each.name, service.action(each), each.request_root, each.reply_root) for each in service.operations
    ]
    elements = dict.fromkeys(_roots(service.operations), SCHEMA)
    address = base_url + service.path
    return definitions(Port(service.name, SCHEMA, address, described, [imported], _PREFIXES, elements))
