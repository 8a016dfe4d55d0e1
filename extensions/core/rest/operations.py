"""`/operations`: what was asked of external services, by whom, and what became of it."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from extensions.core import queries
from extensions.core.models import Operation, State
from extensions.core.rest.answers import operation_body
from extensions.core.services import operations
from extensions.core.words import declared, operation_title
from iotdash.lib.rest import filters, paging, problems, schemas
from iotdash.lib.rest.operations import PAGING, operation
from iotdash.organizations.authorization import authorize
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import SEE, Action, Role

_STATES = list(State.values)
_FILTERS = {
    "state": filters.one_of("state", _STATES),
    "operation": filters.text("operation_id"),
    "subject": filters.text("subject"),
    "typeId": filters.text("device_type_id_copy"),
    "deviceId": filters.text("device_id_copy"),
    "askedBy": filters.text("asked_by"),
    "extension": filters.text("config__slug"),
}
_QUERY = (*filters.described([*_FILTERS], {"state": {"enum": _STATES}}), *PAGING)
_SORTS = {"askedAt": "asked_at"}


class OperationsView(OrganizationRestView):
    section = "Operations"

    @operation(
        SEE,
        "What was asked of external services, the newest first",
        name="listOperations",
        answers={200: schemas.page_of(schemas.ref("Operation"))},
        query=_QUERY,
        errors=(),
    )
    def get(self, request: Request) -> Response:
        given = request.query_params
        rows = queries.operations(self.organization).filter(filters.where(given, _FILTERS))
        wanted = paging.asked(given, _SORTS, "-asked_at")
        return Response(paging.page(rows, wanted, lambda found: [operation_body(each) for each in found]))


class OperationView(OrganizationRestView):
    section = "Operations"

    @operation(SEE, "What became of one operation", name="getOperation", answers={200: "Operation"})
    def get(self, request: Request, operation_id: UUID) -> Response:
        return Response(operation_body(self._found(operation_id)))

    @operation(
        SEE,
        "Cancel an operation that was not sent yet; whoever may ask for it may",
        name="cancelOperation",
        answers={204: None},
        errors=(404, 409),
    )
    def delete(self, request: Request, operation_id: UUID) -> Response:
        found = self._found(operation_id)
        spec = declared(found)
        least = spec.least_role if spec else Role.OPERATOR
        authorize(self.actor, Action(f"cancel “{operation_title(found)}”", least), self.organization)
        if not operations.cancel(found, self.source):
            raise problems.conflict("Too late to cancel: it was sent, or it is settled already.")
        return Response(status=204)

    def _found(self, operation_id: UUID) -> Operation:
        try:
            return queries.operation(self.organization, operation_id)
        except Operation.DoesNotExist:
            raise problems.not_found("There is no such operation.") from None
