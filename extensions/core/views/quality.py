"""The quality table of an extension: each rule with the tests that prove it, or why it is not kept."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from extensions.core import quality
from extensions.core.views.lookup import manifest_or_404
from iotdash.lib import htmx
from iotdash.organizations.scoping import organization_view


@require_safe
@organization_view()
def table(request: HttpRequest, slug: str) -> HttpResponse:
    manifest = manifest_or_404(slug)
    context = {"manifest": manifest, "kept": quality.table(manifest)}
    return htmx.render(request, "extensions/quality.html", context)
