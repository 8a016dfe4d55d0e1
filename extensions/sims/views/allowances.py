"""What the rate plans of a configuration include."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.core.views.lookup import configuration_or_404
from extensions.sims.allowance_form import AllowancesForm
from extensions.sims.allowances import change, has_allowances, plans_of
from extensions.sims.capability import SimCapability
from iotdash.lib import htmx
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import OPERATE, SEE
from iotdash.organizations.scoping import organization_view

PAGE = "sims/allowances.html"


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(SEE, post=OPERATE)
def allowances(request: HttpRequest, config_id: int) -> HttpResponse:
    """Everybody reads; operators change."""
    config = _configuration_or_404(request, config_id)
    plans = plans_of(config)
    form = AllowancesForm(plans, request.POST if request.method == "POST" else None)
    may_change = may(request.membership, OPERATE, request.organization)
    context = {"config": config, "plans": plans, "form": form, "may_change": may_change}
    if request.method != "POST":
        return htmx.render(request, PAGE, context)
    if not form.is_valid():
        return htmx.invalid(request, PAGE, context)
    changed = change(config, form.changes, request.source)
    messages.success(request, "The allowances are saved." if changed else "Nothing changed.")
    return htmx.redirect(request, "sims:allowances", org=request.organization.public_id, config_id=config.pk)


def _configuration_or_404(request: HttpRequest, config_id: int) -> ExtensionConfig:
    config = configuration_or_404(request, config_id)
    manifest = registry.manifest(config.slug)
    if manifest.capability != SimCapability.name or not has_allowances(manifest.provider):
        raise Http404("This service tells no usage of rate plans.")
    return config
