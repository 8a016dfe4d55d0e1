"""The API described: for programs as OpenAPI, for people as a page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from iotdash.lib import htmx
from iotdash.lib.public_address import public_address
from iotdash.lib.rest import paging
from iotdash.lib.rest import reference as pages
from iotdash.lib.rest.describing import description
from iotdash.organizations.authorization import may
from iotdash.organizations.rest import examples
from iotdash.organizations.roles import MANAGE_KEYS
from iotdash.organizations.scoping import organization_view

# Anchors of the page and their words.
TOLD_ONCE = (("signing-in", "Signing in"), ("rules", "What holds for all"), ("errors", "Errors"))
# Operations that are found are opened when they are so few.
SHOWN_OPEN = 3


@gzip_page
@require_safe
def openapi(request: HttpRequest, org: str = "") -> HttpResponse:
    """Nobody has to sign in for it: it tells nothing of any organization."""
    return JsonResponse(description(), headers={"Cache-Control": "public, max-age=300"})


@gzip_page
@require_safe
@organization_view()
def reference(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "")
    part = {"found": "organizations/api/_found.html"}
    context = _found(request, search) | _told_once(request)
    return htmx.render(request, "organizations/api/reference.html", context, part=part)


def _found(request: HttpRequest, search: str) -> dict[str, Any]:
    found = pages.matching(search)
    return {
        "sections": found,
        "search": search,
        "open": sum(len(entries) for _, entries in found) <= SHOWN_OPEN,
        "clear_url": request.path if search else "",
    }


def _told_once(request: HttpRequest) -> dict[str, Any]:
    org = request.organization.public_id
    base = public_address("organization-api:organization", org=org).rstrip("/")
    return {
        "base": base,
        "told_once": TOLD_ONCE,
        "all_sections": pages.sections(),
        "shapes": pages.named_shapes(),
        "errors": pages.common_errors(),
        "error": pages.error_shape(),
        "first_call": examples.first_call(base, org),
        "ibm_client": examples.ibm_client(org),
        "limit": settings.IOTDASH_REST_PER_SECOND,
        "default_rows": paging.DEFAULT_LIMIT,
        "most_rows": paging.MOST_ROWS,
        "may_make_keys": may(request.membership, MANAGE_KEYS, request.organization),
    }
