"""Showing the panel of a subject wherever it stands, and asking for its operations."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string

from extensions.core import registry
from extensions.core.contract import Kind, OperationSpec
from extensions.core.device_pages import Panel
from extensions.core.forms import operation_form
from extensions.core.services import operations
from iotdash.lib import htmx
from iotdash.organizations.authorization import authorize
from iotdash.organizations.roles import Action

ASK_PAGE, ASK_PART = "extensions/operations/ask.html", "extensions/operations/_ask.html"
FRAME_STATE = "extensions/device/_panel_state.html"
IRREVERSIBLE = "This cannot be undone."


def ask(request: HttpRequest, shown: Panel, operation_id: str) -> HttpResponse:
    """The operation's form, or what came of sending it. Who may depends on the operation, so it is authorized here."""
    target = shown.target
    spec = target and registry.operation(shown.manifest, operation_id, target.config.settings)
    if spec is None:
        raise Http404("There is no such operation here.")
    authorize(request.membership, Action(f"run “{spec.title}”", spec.least_role), request.organization)
    if request.method != "POST":
        return _ask_page(request, shown, spec, form=operation_form(spec))
    return _ask(request, shown, spec)


def _ask(request: HttpRequest, shown: Panel, spec: OperationSpec) -> HttpResponse:
    form = operation_form(spec, request.POST)
    if not form.is_valid():
        return _ask_page(request, shown, spec, 422, form=form)
    warning = spec.warning(form.parameters) or (IRREVERSIBLE if spec.kind is Kind.IRREVERSIBLE else "")
    place, typed = shown.place, request.POST.get("confirm")
    if warning and typed != place.typed:
        error = "" if typed is None else f"This is not the {place.typed_name}. Type {place.typed} to confirm."
        status = 422 if error else 200
        return _ask_page(request, shown, spec, status, form=form, warning=warning, error=error)
    try:
        operations.ask(shown.target, spec, form.parameters, request.source, form_key=form.key)
    except operations.InvalidParameters as invalid:
        _add_errors(form, invalid.problems)
        return _ask_page(request, shown, spec, 422, form=form)
    except operations.NotCallable as refusal:
        return _ask_page(request, shown, spec, 409, refusal=str(refusal))
    except operations.Unsettled as refusal:
        return _ask_page(request, shown, spec, 409, refusal=str(refusal), other=refusal.operation)
    return _asked(request, shown, spec)


def _asked(request: HttpRequest, shown: Panel, spec: OperationSpec) -> HttpResponse:
    if htmx.wants_part(request):
        return show(request, shown)
    messages.success(request, f"“{spec.title}” is asked. The panel says what becomes of it.")
    return htmx.redirect(request, shown.place.url)


def show(request: HttpRequest, shown: Panel) -> HttpResponse:
    """The panel's page, the panel for the drilldown, or the part of it that the capability refreshes by itself."""
    template, inner = _inner(request, shown)
    own_part = htmx.wants_part(request) and request.htmx.target not in (None, shown.element_id)
    if own_part and template:
        if request.method == "GET" and request.GET.get("seen") == inner.get("seen", ""):
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        response = htmx.render(request, template, inner)
        response.write(render_to_string(FRAME_STATE, {"panel": shown}, request))
        return response
    body = render_to_string(template, inner, request) if template else ""
    context = {**shown.place.context, "panel": shown, "body": body}
    return htmx.render(request, shown.place.page, context, part="extensions/device/_panel.html")


def _inner(request: HttpRequest, shown: Panel) -> tuple[str, Mapping[str, Any]]:
    if shown.target is None:
        return "", {}
    return registry.capability(shown.manifest).panel(request, shown.target, shown.place)


def _ask_page(
    request: HttpRequest, shown: Panel, spec: OperationSpec, status: int = 200, **context: Any
) -> HttpResponse:
    """The operation by itself: its form, the question whether it is meant, or why it is not possible now."""
    about = {**shown.place.context, "panel": shown, "spec": spec, "ask_url": shown.place.ask_url(spec.id)}
    response = htmx.render(request, ASK_PAGE, about | context, part=ASK_PART, status=status)
    # Whatever part of the panel the form was to refresh: this takes the place of the whole panel.
    response["HX-Retarget"], response["HX-Reswap"] = f"#{shown.element_id}", "outerHTML"
    return response


def _add_errors(form: Any, problems: dict[str, str]) -> None:
    for name, words in problems.items():
        form.add_error(name if name in form.fields else None, words)
