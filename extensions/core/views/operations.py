"""What was asked of external services, and what became of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from extensions.core import queries, registry
from extensions.core.forms import OperationFilterForm, configuration_choices
from extensions.core.models import Operation, State
from extensions.core.presenting import OPERATION_TONES, steps
from extensions.core.services import operations
from extensions.core.views.lookup import operation_or_404
from extensions.core.words import declared, error_title, operation_title
from iotdash.lib import htmx
from iotdash.lib.lists import Column, Filter, ListState, bounded_count, page
from iotdash.organizations.authorization import authorize, may
from iotdash.organizations.roles import Action, Role
from iotdash.organizations.scoping import organization_view

COLUMNS = (Column("asked_at", "Asked"),)
_FIELDS = {"state": "state", "operation": "operation_id", "configuration": "config_id", "by": "asked_by"}


@require_safe
@organization_view()
def operation_list(request: HttpRequest) -> HttpResponse:
    context = _list_context(request)
    part = {"operations": "extensions/operations/_table.html"}
    return htmx.render(request, "extensions/operations/list.html", context, part=part)


def _list_context(request: HttpRequest) -> dict[str, Any]:
    state = ListState.from_query(request.GET, COLUMNS, _filters(request), default_sort="-asked_at")
    exact = {_FIELDS[name]: values[0] for name, values in state.filters.items()}
    found = queries.operations(request.organization, state.search, exact)
    shown = page(found, order_by="-asked_at", cursor=state.cursor, size=state.size)
    return {
        "rows": [_row(operation) for operation in shown.rows],
        "count": bounded_count(found),
        "form": OperationFilterForm(state),
        "state": state,
        "filtered": bool(state.search or state.filters),
        "next_url": shown.next_cursor and state.query(cursor=shown.next_cursor),
        "previous_url": shown.previous_cursor and state.query(cursor=shown.previous_cursor),
    }


def _filters(request: HttpRequest) -> tuple[Filter, ...]:
    configs = list(request.organization.extension_configs.order_by("name"))
    return (
        Filter("state", "State", tuple(State.choices)),
        Filter("operation", "Operation", _operation_choices()),
        Filter("configuration", "Configuration", configuration_choices(configs)),
        Filter("by", "Asked by"),
    )


def _operation_choices() -> tuple[tuple[str, str], ...]:
    manifests = registry.manifests().values()
    found = {spec.id: spec.title for each in manifests for spec in registry.capability(each).operations(each)}
    return tuple(sorted(found.items(), key=lambda item: item[1]))


def _row(operation: Operation) -> dict[str, Any]:
    return {
        "operation": operation,
        "title": operation_title(operation),
        "label": State(operation.state).label,
        "tone": OPERATION_TONES[State(operation.state)],
    }


@require_safe
@organization_view()
def operation(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    found = operation_or_404(request, operation_id)
    spec = declared(found)
    context = {
        **_row(found),
        # The page says the sentence above the steps already.
        "steps": [replace(step, note="") for step in steps(found)],
        "error_title": error_title(found.error),
        "parameters": _titled(found.parameters, spec.parameters if spec else {}),
        "results": _titled(found.result, spec.result if spec else {}),
        "service": _service(found),
        "may_cancel": _cancellable(found) and may(request.membership, _action(found), request.organization),
    }
    part = {"operation": "extensions/operations/_operation.html"}
    return htmx.render(request, "extensions/operations/page.html", context, part=part)


@require_POST
@organization_view()
def cancel(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Whoever may ask for an operation may cancel it while it was not sent."""
    found = operation_or_404(request, operation_id)
    authorize(request.membership, _action(found), request.organization)
    if operations.cancel(found, request.source):
        messages.success(request, "Cancelled. Nothing was sent.")
    else:
        messages.warning(request, "Too late to cancel: it was sent, or it is settled already.")
    org = request.organization.public_id
    return htmx.redirect(request, "extensions:operation", org=org, operation_id=found.public_id)


def _titled(values: Mapping[str, Any], schema: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """(title, value) of what was asked or answered; without a title the name stands for itself."""
    rules = schema.get("properties", {})
    return [(rules.get(name, {}).get("title", name), value) for name, value in values.items()]


def _action(operation: Operation) -> Action:
    spec = declared(operation)
    return Action(f"cancel “{operation_title(operation)}”", spec.least_role if spec else Role.OPERATOR)


def _cancellable(operation: Operation) -> bool:
    return operation.state == State.QUEUED and operation.sent_at is None and not operation.settled


def _service(operation: Operation) -> str:
    """The extension's name, as the one whose words are shown."""
    known = registry.manifests().get(operation.config.slug)
    return known.name if known else operation.config.slug
