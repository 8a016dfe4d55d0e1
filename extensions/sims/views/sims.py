"""The list of SIMs, and a SIM's page: its panel and operations, also where no device has it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from extensions.core.device_pages import Panel
from extensions.core.views import panel_flow
from extensions.sims.inventory.listing import sim_list_context
from extensions.sims.pages import panel_of
from extensions.sims.views.lookup import sim_or_404
from iotdash.lib import htmx
from iotdash.organizations.scoping import organization_view

LIST = {"sim-list": "sims/inventory/_list.html"}


@require_safe
@organization_view()
def sim_list(request: HttpRequest) -> HttpResponse:
    context = sim_list_context(request)
    return htmx.render(request, "sims/inventory/list.html", context, part=LIST)


@require_safe
@organization_view()
def sim(request: HttpRequest, sim_id: int) -> HttpResponse:
    return panel_flow.show(request, _panel_or_404(request, sim_id))


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view()
def ask(request: HttpRequest, sim_id: int, operation_id: str) -> HttpResponse:
    """Who may ask depends on the operation, so it is authorized there."""
    return panel_flow.ask(request, _panel_or_404(request, sim_id), operation_id)


def _panel_or_404(request: HttpRequest, sim_id: int) -> Panel:
    return panel_of(sim_or_404(request, sim_id), request.membership)
