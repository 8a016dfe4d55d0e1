"""Page or fragment from one view and one context.

Convention: the page's template includes the part's own template (`{% include "devices/_table.html" %}`) and
the view names both. A plain request gets the page, an htmx request gets the part:

    return render(request, "devices/list.html", context, part="devices/_table.html")

A page with several parts names them by the id of the element that htmx swaps:

    return render(request, "devices/page.html", context, part={"facets": "devices/_facets.html"})

htmx does not swap a 422 by itself: base.html sets `responseHandling` in the meta tag `htmx-config`.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as render_page
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, HttpResponseLocation

Part = str | Mapping[str, str] | None

# Everything that decides between page and fragment; a cache must not hand out one for the other.
VARY = ("HX-Request", "HX-Target", "HX-Boosted", "HX-History-Restore-Request")


def wants_part(request: HttpRequest) -> bool:
    """True for an htmx request that swaps a piece: neither boosted navigation nor restoring of history."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    part: Part = None,
    status: int = 200,
) -> HttpResponse:
    """The page, or its part when htmx asks for it. `part`: a template, or {target element id: template}."""
    response = render_page(request, _choose(request, template, part), context, status=status)
    patch_vary_headers(response, VARY)
    return response


def invalid(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, part: Part = None
) -> HttpResponse:
    """Like `render`, with status 422: the form comes back with its errors."""
    return render(request, template, context, part=part, status=422)


def redirect(request: HttpRequest, to: Any, *args: Any, swap: bool = False, **kwargs: Any) -> HttpResponse:
    """Go to `to` (a view name, model or URL of our own), right for htmx and for a plain form.

    An htmx request loads the whole page anew, or swaps the body without reloading when `swap` is set.
    """
    url = resolve_url(to, *args, **kwargs)
    if not request.htmx or request.htmx.boosted:
        return HttpResponseRedirect(url)
    return HttpResponseLocation(url) if swap else HttpResponseClientRedirect(url)


def _choose(request: HttpRequest, template: str, part: Part) -> str:
    if part is None or not wants_part(request):
        return template
    if isinstance(part, str):
        return part
    return part.get(request.htmx.target or "", template)
