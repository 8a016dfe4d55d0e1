"""What is enabled, what could be, and the icons of both."""

from collections import Counter
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from extensions.core import provider_files, queries, registry
from extensions.core.models import ExtensionConfig
from extensions.core.views.lookup import manifest_or_404
from iotdash.lib import htmx
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import MANAGE_EXTENSIONS
from iotdash.organizations.scoping import organization_view

ICON_SECONDS = 30 * 24 * 3600


@require_safe
@organization_view()
def tiles(request: HttpRequest) -> HttpResponse:
    views = [queries.view_of(config) for config in queries.configurations(request.organization)]
    context = {
        "not_set_up": queries.not_set_up(request.organization),
        "views": queries.by_health(views),
        "several": [slug for slug, times in Counter(view.config.slug for view in views).items() if times > 1],
        "refreshing": any(view.changes for view in views),
        "may_manage": may(request.membership, MANAGE_EXTENSIONS, request.organization),
    }
    return htmx.render(request, "extensions/list.html", context, part={"tiles": "extensions/_tiles.html"})


@require_safe
@organization_view(MANAGE_EXTENSIONS)
def catalogue(request: HttpRequest) -> HttpResponse:
    return htmx.render(request, "extensions/catalogue.html", {"categories": _categories(request)})


def _categories(request: HttpRequest) -> list[tuple[str, list[dict[str, Any]]]]:
    present: dict[str, ExtensionConfig] = {}
    for config in queries.configurations(request.organization):
        present.setdefault(config.slug, config)
    entries = [{"manifest": manifest, "added": present.get(slug)} for slug, manifest in registry.manifests().items()]
    entries.sort(key=lambda entry: entry["manifest"].category)
    return [(name, list(each)) for name, each in groupby(entries, key=lambda entry: entry["manifest"].category)]


@require_safe
@organization_view()
def icon(request: HttpRequest, slug: str) -> HttpResponse:
    response = HttpResponse(provider_files.icon(manifest_or_404(slug).slug), content_type="image/svg+xml")
    response["Cache-Control"] = f"private, max-age={ICON_SECONDS}"
    return response
