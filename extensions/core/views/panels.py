"""The panel of an extension on a device, and asking for its operations."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe

from extensions.core import registry
from extensions.core.contract import Kind, OperationSpec
from extensions.core.device_pages import Panel, panels_of
from extensions.core.forms import operation_form
from extensions.core.services import device_configuration, operations
from extensions.core.targets import Target
from extensions.core.views.lookup import device_or_404
from iotdash.lib import htmx
from iotdash.organizations.authorization import authorize
from iotdash.organizations.roles import Action
from iotdash.organizations.scoping import organization_view

ASK_PAGE, ASK_PART = "extensions/operations/ask.html", "extensions/operations/_ask.html"
FRAME_STATE = "extensions/device/_panel_state.html"
IRREVERSIBLE = "This cannot be undone."


@require_safe
@organization_view()
def panel(request: HttpRequest, type_id: str, device_id: str, key: str) -> HttpResponse:
    return _show(request, _panel_or_404(request, type_id, device_id, key))


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view()
def ask(request: HttpRequest, type_id: str, device_id: str, key: str, operation_id: str) -> HttpResponse:
    """Who may ask depends on the operation, so it is authorized here."""
    shown = _panel_or_404(request, type_id, device_id, key)
    target = shown.target
    spec = target and registry.operation(shown.manifest, operation_id, target.config.settings)
    if spec is None:
        raise Http404("This device has no such operation.")
    authorize(request.membership, Action(f"run “{spec.title}”", spec.least_role), request.organization)
    if request.method != "POST":
        return _ask_page(request, shown, spec, form=operation_form(spec))
    return _ask(request, shown, spec)


def _ask(request: HttpRequest, shown: Panel, spec: OperationSpec) -> HttpResponse:
    form = operation_form(spec, request.POST)
    if not form.is_valid():
        return _ask_page(request, shown, spec, 422, form=form)
    warning = spec.warning(form.parameters) or (IRREVERSIBLE if spec.kind is Kind.IRREVERSIBLE else "")
    expected = shown.target.device.device_id
    typed = request.POST.get("confirm")
    if warning and typed != expected:
        error = "" if typed is None else f"This is not the device ID. Type {expected} to confirm."
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
        return _show(request, shown)
    messages.success(request, f"“{spec.title}” is asked. The panel says what becomes of it.")
    device = shown.target.device
    where = {"type_id": device.device_type.type_id, "device_id": device.device_id, "key": shown.key}
    return htmx.redirect(request, "extensions:panel", org=request.organization.public_id, **where)


def _show(request: HttpRequest, shown: Panel) -> HttpResponse:
    """The panel's page, the panel for the drilldown, or the part of it that the capability refreshes by itself."""
    template, inner = _inner(request, shown.target)
    own_part = htmx.wants_part(request) and request.htmx.target not in (None, shown.element_id)
    if own_part and template:
        if request.method == "GET" and request.GET.get("seen") == inner.get("seen", ""):
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        response = htmx.render(request, template, inner)
        response.write(render_to_string(FRAME_STATE, {"panel": shown}, request))
        return response
    body = render_to_string(template, inner, request) if template else ""
    context = {"panel": shown, "device": shown.target and shown.target.device, "body": body}
    return htmx.render(request, "extensions/device/panel.html", context, part="extensions/device/_panel.html")


def _inner(request: HttpRequest, target: Target | None) -> tuple[str, Any]:
    if target is None:
        return "", {}
    return registry.capability(target.manifest).panel(request, target)


def _ask_page(
    request: HttpRequest, shown: Panel, spec: OperationSpec, status: int = 200, **context: Any
) -> HttpResponse:
    """The operation by itself: its form, the question whether it is meant, or why it is not possible now."""
    context = {"panel": shown, "device": shown.target.device, "spec": spec, **context}
    response = htmx.render(request, ASK_PAGE, context, part=ASK_PART, status=status)
    # Whatever part of the panel the form was to refresh: this takes the place of the whole panel.
    response["HX-Retarget"], response["HX-Reswap"] = f"#{shown.element_id}", "outerHTML"
    return response


def _add_errors(form: Any, problems: dict[str, str]) -> None:
    for name, words in problems.items():
        form.add_error(name if name in form.fields else None, words)


def _panel_or_404(request: HttpRequest, type_id: str, device_id: str, key: str) -> Panel:
    device = device_or_404(request, type_id, device_id)
    document = device_configuration.loaded(device).document
    found = next((each for each in panels_of(device, document) if each.key == key), None)
    if found is None:
        raise Http404("This device is not configured for such an extension.")
    return found
