"""The panel of an extension on a device, and asking for its operations."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from extensions.core.device_pages import Panel, panels_of
from extensions.core.services import device_configuration
from extensions.core.views import panel_flow
from extensions.core.views.lookup import device_or_404
from iotdash.organizations.scoping import organization_view


@require_safe
@organization_view()
def panel(request: HttpRequest, type_id: str, device_id: str, key: str) -> HttpResponse:
    return panel_flow.show(request, _panel_or_404(request, type_id, device_id, key))


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view()
def ask(request: HttpRequest, type_id: str, device_id: str, key: str, operation_id: str) -> HttpResponse:
    """Who may ask depends on the operation, so it is authorized there."""
    return panel_flow.ask(request, _panel_or_404(request, type_id, device_id, key), operation_id)


def _panel_or_404(request: HttpRequest, type_id: str, device_id: str, key: str) -> Panel:
    device = device_or_404(request, type_id, device_id)
    document = device_configuration.loaded(device).document
    found = next((each for each in panels_of(device, document) if each.key == key), None)
    if found is None:
        raise Http404("This device is not configured for such an extension.")
    return found
