"""The API described: for programs as OpenAPI, for people as a page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iotdash.lib.rest.describing import PREFIX, description
from iotdash.lib.rest.reference import sections
from iotdash.organizations.scoping import organization_view


@require_safe
def openapi(request: HttpRequest, org: str = "") -> HttpResponse:
    """Nobody has to sign in for it: it tells nothing of any organization."""
    return JsonResponse(description(), headers={"Cache-Control": "public, max-age=300"})


@require_safe
@organization_view()
def reference(request: HttpRequest) -> HttpResponse:
    context = {"sections": sections(description()), "base": request.build_absolute_uri(PREFIX)}
    return render(request, "organizations/api/reference.html", context)
