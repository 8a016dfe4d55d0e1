"""Operations of external services by the REST API, whatever leads to the subject that they are about.

A read answers what is known and says in `Age` how old that is; `refresh=true` asks the service first. A write is
answered when it settled in time, and otherwise by 202 with the address where its outcome will be.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from extensions.core import registry
from extensions.core.contract import Known, NotFound, OperationSpec
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
from iotdash.organizations.rest import OrganizationRestView, idempotency
from iotdash.organizations.roles import Action

REFRESH = Parameter("refresh", "Ask the service first, and wait for its answer up to ten seconds.", {"type": "boolean"})
_STALE = {"Warning": '111 - "The service could not be asked; this is what was known before."'}


class AskingView(OrganizationRestView):
    """`spec` is the operation as it is described. `target` is given what the path names.

    Raises RestError where that leads to no subject.
    """

    spec: OperationSpec

    def target(self, **names: Any) -> Target:
        raise NotImplementedError

    def spec_of(self, target: Target) -> OperationSpec:
        """As the subject's configuration has it: how long a text may be differs between accounts."""
        found = registry.operation(target.manifest, self.spec.id, target.config.settings)
        if found is None:
            raise problems.not_allowed(f"“{self.spec.title}” is not possible with {target.config.name}.")
        return found


class ReadView(AskingView):
    def answer(self, request: Request, **names: Any) -> Response:
        target = self.target(**names)
        parameters, spec = _parameters(request), self.spec_of(target)
        # Refuses what is no parameter, also where nothing is asked.
        operations.validate(spec, parameters)
        known = _known(target, spec, parameters)
        if known and not flag(request, REFRESH.name):
            return _answered(known)
        return self._asked(target, spec, parameters, known)

    def _asked(
        self, target: Target, spec: OperationSpec, parameters: Mapping[str, Any], known: Known | None
    ) -> Response:
        try:
            asked = operations.ask(target, spec, parameters, self.source)
        except NotCallable as error:
            if known:
                return _answered(known, _STALE)
            raise outcomes.unavailable(str(error), error.until) from None
        settled = waiting.until_settled(asked, self.caller.name)
        if settled.state == State.CONFIRMED:
            # The service may have nothing to tell: that is an answer too.
            nothing = dict.fromkeys(spec.result.get("properties", {}))
            return _answered(Known({**nothing, **settled.result}, settled.settled_at))
        if known and settled.error != NotFound.__name__:
            return _answered(known, _STALE)
        at = self.address("operation", operation_id=settled.public_id)
        raise outcomes.failure(settled, at) if settled.settled else _not_yet(settled, at)


class WriteView(AskingView):
    def answer(self, request: Request, **names: Any) -> Response:
        settled = waiting.until_settled(self._asked(request, self.target(**names)), self.caller.name)
        at = self.address("operation", operation_id=settled.public_id)
        if settled.state == State.CONFIRMED:
            return Response({"result": settled.result}, headers={"Location": at})
        if settled.settled and settled.state not in outcomes.NOT_KNOWN:
            raise outcomes.failure(settled, at, keyed=bool(request.headers.get(idempotency.NAME)))
        return Response(operation_body(settled), status=202, headers={"Location": at})

    def _asked(self, request: Request, target: Target) -> Operation:
        spec, key = self.spec_of(target), idempotency.key_of(request, self.caller)
        try:
            return operations.ask(target, spec, self.given, self.source, form_key=key)
        except Unsettled as error:
            at = self.address("operation", operation_id=error.operation.public_id)
            raise problems.conflict(str(error), {"Location": at}) from None
        except FormReused:
            raise problems.conflict(idempotency.REUSED) from None


def made(way: type, name: str, spec: OperationSpec, summary: str, **attributes: Any) -> type[OrganizationRestView]:
    """The view of one operation, described by its declaration. `way` has `target`; `name` is unique: "JasperSms"."""
    declared = operation(
        Action(f"run “{spec.title}”", spec.least_role),
        summary,
        name=f"{spec.method.lower()}{name}",
        **(_of_read(spec) if spec.reads else _of_write(spec, name)),
    )

    def method(self: Any, request: Request, **names: Any) -> Response:
        return self.answer(request, **names)

    bases = (way, ReadView if spec.reads else WriteView)
    return type(f"{name}View", bases, {"spec": spec, spec.method.lower(): declared(method), **attributes})


def _of_read(spec: OperationSpec) -> dict[str, Any]:
    rules = spec.parameters.get("properties", {})
    own = (Parameter(name, rule.get("description", ""), rule) for name, rule in rules.items())
    return {"answers": {200: _result(spec)}, "query": (REFRESH, *own), "errors": (400, 404, 409)}


def _of_write(spec: OperationSpec, name: str) -> dict[str, Any]:
    schemas.register(f"{name}Request", spec.parameters)
    return {
        "answers": {200: _result(spec), 202: "Operation"},
        "located": (200, 202),
        "body": f"{name}Request",
        "once": True,
        "errors": (404, 409),
    }


def _result(spec: OperationSpec) -> dict[str, Any]:
    return schemas.obj({"result": spec.result}, ("result",))


def _known(target: Target, spec: OperationSpec, parameters: Mapping[str, Any]) -> Known | None:
    try:
        return registry.capability(target.manifest).known(target, spec.id, parameters)
    except NotFound as error:
        raise problems.not_found(error.sentence) from None


def _parameters(request: Request) -> dict[str, str]:
    ours = (REFRESH.name,)
    return {name: text for name, text in request.query_params.items() if name not in ours and name[:1] != "_" and text}


def _answered(known: Known, headers: Mapping[str, str] | None = None) -> Response:
    age = max(0, int((timezone.now() - known.at).total_seconds()))
    return Response({"result": known.result}, headers={"Age": str(age), **(headers or {})})


def _not_yet(asked: Operation, address: str) -> RestError:
    config = asked.config
    try:
        operations.require_callable(config)
    except NotCallable as error:
        return outcomes.unavailable(str(error), error.until)
    words = "Nothing is known yet; the service was asked, and has not answered so far."
    error = outcomes.unavailable(words, config.next_attempt_at)
    error.headers["Location"] = address
    return error
