"""The WSDL of a service in the version that is set, made from the tables and addressed to whoever asks."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from extensions.core.contract.sandboxing.soap.schema import reached, schema
from extensions.core.contract.sandboxing.soap.wsdl import Described, Port, definitions, document

from .names import EXCEPTION, OPERATIONS, WSDL_PREFIXES
from .services import Service
from .tables import FAULTS

_PREFIXES = WSDL_PREFIXES | {EXCEPTION: "exception"}


def response(request: Request, service: Service) -> Response:
    roots = {
        name: sequence
        for each in service.operations
        for name, sequence in ((each.name, each.request), (each.reply_root, each.reply))
    }
    kinds = reached([*roots.values(), *FAULTS.values()])
    schemas = [schema(OPERATIONS, roots, kinds, _PREFIXES), schema(EXCEPTION, FAULTS, kinds, _PREFIXES)]
    others = sorted({kind.namespace for kind in kinds} - {OPERATIONS, EXCEPTION})
    schemas += [schema(namespace, {}, kinds, _PREFIXES) for namespace in others]
    described = [Described(each.name, "", each.name, each.reply_root, tuple(FAULTS)) for each in service.operations]
    elements = dict.fromkeys(roots, OPERATIONS) | dict.fromkeys(FAULTS, EXCEPTION)
    port = Port(service.name, OPERATIONS, request.base_url, described, schemas, _PREFIXES, elements)
    return document(definitions(port))
