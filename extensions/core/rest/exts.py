"""`…/devices/{device}/exts/{extension}/ops/{operation}`: a path for each operation that an extension declares.

A read answers what is known and says in `Age` how old that is; `refresh=true` asks the service first. A write is
answered when it settled in time, and otherwise by 202 with the address where its outcome will be.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import Device
from devices.queries import device_of
from extensions.core import queries, registry, targets
from extensions.core.contract import Known, Manifest, NotFound, OperationSpec
from extensions.core.models import Operation, State
from extensions.core.rest import outcomes, waiting
from extensions.core.rest.answers import operation_body
from extensions.core.services import operations
from extensions.core.services.operations import FormReused, NotCallable, Unsettled
from extensions.core.targets import Target
from iotdash.lib.rest import problems, schemas
from iotdash.lib.rest.operations import Parameter, operation
from iotdash.lib.rest.problems import RestError
from iotdash.lib.rest.queries import flag
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import Action

SECTION = "Extensions of a device"
REFRESH = Parameter("refresh", "Ask the service first, and wait for its answer up to ten seconds.", {"type": "boolean"})
_KEYS = uuid.UUID("6a4b1c3e-6a52-4f0e-9d0a-5b1b0f3f7f0d")
_STALE = {"Warning": '111 - "The service could not be asked; this is what was known before."'}


class ReadView(OrganizationRestView):
    section = SECTION
    manifest: Manifest
    spec: OperationSpec

    def answer(self, request: Request, type_id: str, device_id: str) -> Response:
        target = target_of(self, type_id, device_id)
        parameters = _parameters(request, self.spec)
        # Refuses what is no parameter, also where nothing is asked.
        operations.validate(spec_of(self, target), parameters)
        known = _known(target, self.spec, parameters)
        if known and not flag(request, "refresh"):
            return _answered(known)
        return self._asked(target, parameters, known)

    def _asked(self, target: Target, parameters: Mapping[str, Any], known: Known | None) -> Response:
        try:
            asked = operations.ask(target, self.spec, parameters, self.source)
        except NotCallable as error:
            if known:
                return _answered(known, _STALE)
            raise outcomes.unavailable(str(error)) from None
        settled = waiting.until_settled(asked, self.caller.name)
        if settled.state == State.CONFIRMED:
            # The service may have nothing to tell: that is an answer too.
            nothing = dict.fromkeys(self.spec.result.get("properties", {}))
            return _answered(Known({**nothing, **settled.result}, settled.settled_at))
        if known and settled.error != NotFound.__name__:
            return _answered(known, _STALE)
        at = self.address("operation", operation_id=settled.public_id)
        raise outcomes.failure(settled, at) if settled.settled else _not_yet(settled, at)


class WriteView(OrganizationRestView):
    section = SECTION
    manifest: Manifest
    spec: OperationSpec

    def answer(self, request: Request, type_id: str, device_id: str) -> Response:
        target = target_of(self, type_id, device_id)
        settled = waiting.until_settled(self._asked(request, target), self.caller.name)
        at = self.address("operation", operation_id=settled.public_id)
        if settled.state == State.CONFIRMED:
            return Response({"result": settled.result}, headers={"Location": at})
        if settled.settled:
            raise outcomes.failure(settled, at)
        return Response(operation_body(settled), status=202, headers={"Location": at})

    def _asked(self, request: Request, target: Target) -> Operation:
        spec, key = spec_of(self, target), self._key(request)
        try:
            return operations.ask(target, spec, self.given, self.source, form_key=key)
        except Unsettled as error:
            at = self.address("operation", operation_id=error.operation.public_id)
            raise problems.conflict(str(error), {"Location": at}) from None
        except FormReused:
            raise problems.conflict("This Idempotency-Key was already sent with another body.") from None

    def _key(self, request: Request) -> uuid.UUID | None:
        """The same for the same header of the same caller at the same address: then nothing is sent again."""
        given = request.headers.get("Idempotency-Key", "")
        if not given:
            return None
        if len(given) > 255:
            raise problems.bad_value("Idempotency-Key: at most 255 characters.", "Idempotency-Key")
        scope = json.dumps([self.caller.name, request.path.rstrip("/"), given])
        return uuid.uuid5(_KEYS, hashlib.sha256(scope.encode()).hexdigest())


def target_of(view: ReadView | WriteView, type_id: str, device_id: str) -> Target:
    """Raises RestError: 404 without the device, 403 without the extension, 400 where the device has no part of it."""
    name, key = view.manifest.name, view.manifest.device_key
    device = _device(view, type_id, device_id)
    configs = list(targets.enabled(view.organization))
    if all(each.slug != view.manifest.slug for each in configs):
        raise problems.not_allowed(f"{name} is not set up in this organization. An administrator adds it.")
    found = next((each for each in targets.of_device(device) if each.manifest.slug == view.manifest.slug), None)
    if found is None:
        words = f'The device has no "{key}" in its device configuration. Put its {view.manifest.subject_field} there.'
        raise problems.bad_value(words, key)
    return found


def spec_of(view: ReadView | WriteView, target: Target) -> OperationSpec:
    """As the device's configuration of the extension has it: how long a text may be differs between accounts."""
    spec = registry.operation(view.manifest, view.spec.id, target.config.settings)
    if spec is None:
        raise problems.not_allowed(f"“{view.spec.title}” is not possible with {target.config.name}.")
    return spec


def _device(view: OrganizationRestView, type_id: str, device_id: str) -> Device:
    try:
        return device_of(view.organization, type_id, device_id)
    except Device.DoesNotExist:
        raise problems.not_found(f"There is no device {device_id} of the type {type_id}.") from None


def _known(target: Target, spec: OperationSpec, parameters: Mapping[str, Any]) -> Known | None:
    try:
        return registry.capability(target.manifest).known(target, spec.id, parameters)
    except NotFound as error:
        raise problems.not_found(error.sentence) from None


def _parameters(request: Request, spec: OperationSpec) -> dict[str, str]:
    ours = (REFRESH.name,)
    return {name: text for name, text in request.query_params.items() if name not in ours and name[:1] != "_" and text}


def _answered(known: Known, headers: Mapping[str, str] | None = None) -> Response:
    age = max(0, int((timezone.now() - known.at).total_seconds()))
    return Response({"result": known.result}, headers={"Age": str(age), **(headers or {})})


def _not_yet(asked: Operation, address: str) -> RestError:
    try:
        operations.require_callable(queries.configuration(asked.organization, asked.config_id))
    except NotCallable as error:
        return outcomes.unavailable(str(error))
    error = outcomes.unavailable("Nothing is known yet; the service was asked, and has not answered so far.")
    error.headers["Location"] = address
    return error


def view_of(manifest: Manifest, spec: OperationSpec) -> type[OrganizationRestView]:
    """The view of one operation, described by its own declaration."""
    name = "".join(part.capitalize() for part in (manifest.device_key, spec.id))
    base = ReadView if spec.reads else WriteView
    declared = operation(
        Action(f"run “{spec.title}”", spec.least_role),
        f"{manifest.name}: {spec.title}",
        name=f"{spec.method.lower()}{name}",
        **(_of_read(spec) if spec.reads else _of_write(spec, name)),
    )

    def method(self: Any, request: Request, type_id: str, device_id: str) -> Response:
        return self.answer(request, type_id, device_id)

    return type(f"{name}View", (base,), {"manifest": manifest, "spec": spec, spec.method.lower(): declared(method)})


def _of_read(spec: OperationSpec) -> dict[str, Any]:
    rules = spec.parameters.get("properties", {})
    own = (Parameter(name, rule.get("description", ""), rule) for name, rule in rules.items())
    return {"answers": {200: _result(spec)}, "query": (REFRESH, *own), "errors": (400, 404)}


def _of_write(spec: OperationSpec, name: str) -> dict[str, Any]:
    schemas.register(f"{name}Request", spec.parameters)
    return {"answers": {200: _result(spec), 202: "Operation"}, "body": f"{name}Request", "errors": (404, 409)}


def _result(spec: OperationSpec) -> dict[str, Any]:
    return schemas.obj({"result": spec.result}, ("result",))
