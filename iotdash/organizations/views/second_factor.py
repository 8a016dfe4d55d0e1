"""Whether members of the organization need a second factor."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iotdash.lib import htmx
from iotdash.organizations import services
from iotdash.organizations.members.queries import without_second_factor
from iotdash.organizations.roles import MANAGE_ORGANIZATION
from iotdash.organizations.scoping import organization_view

TEMPLATE = "organizations/require_second_factor.html"


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(MANAGE_ORGANIZATION)
def require(request: HttpRequest) -> HttpResponse:
    """Begins or ends it for all at once. The form says which was meant, so that a second click undoes nothing."""
    organization = request.organization
    without = without_second_factor(organization)
    context = {
        "without": without.count(),
        "lacking_oneself": without.filter(pk=request.membership.pk).exists(),
    }
    if request.method != "POST":
        return htmx.render(request, TEMPLATE, context)
    required = request.POST.get("required")
    if required not in ("yes", "no") or (required == "yes" and context["lacking_oneself"]):
        return htmx.invalid(request, TEMPLATE, context)
    services.require_second_factor(request.source, organization, required == "yes")
    words = "Two-step sign-in is required now." if required == "yes" else "Two-step sign-in is no longer required."
    messages.success(request, words)
    return htmx.redirect(request, "organizations:settings", org=organization.public_id)
