"""Asking for operations as the pages do."""

from extensions.core import registry
from extensions.core.models import Operation
from extensions.core.services import operations


def ask(target, source, operation_id, parameters=None, **more) -> Operation:
    spec = registry.operation(target.manifest, operation_id)
    return operations.ask(target, spec, parameters or {}, source, **more)


def activate(target, source, **more) -> Operation:
    return ask(target, source, "status", {"status": "Activated"}, **more)


def text(target, source, message="hello") -> Operation:
    return ask(target, source, "sms", {"message": message})
