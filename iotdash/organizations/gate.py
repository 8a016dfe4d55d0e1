"""Why an organization lets somebody not in who belongs to it: asked anew with every request, and shown as a page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from iotdash.accounts.mfa import proof
from iotdash.lib.htmx import wants_part
from iotdash.organizations.models import Membership


def page(request: HttpRequest, membership: Membership) -> HttpResponse | None:
    """The page, with status 403, for a member who is blocked, expired or lacks a second factor; None lets in."""
    if membership.blocked or membership.expired:
        return _closed(request, "organizations/closed.html", membership)
    if membership.organization.second_factor_required and not _second_factor_used(request):
        return _closed(request, "organizations/second_factor_needed.html", membership, _to_second_factor(request))
    return None


def sentence(request: HttpRequest, membership: Membership) -> str:
    """The same reason for a program, which has no pages to go to; "" lets in."""
    if membership.blocked or membership.expired:
        return "Your membership of this organization was blocked or has ended."
    if membership.organization.second_factor_required and not _second_factor_used(request):
        return "This organization requires two-step sign-in. Sign in with your second factor first."
    return ""


def _second_factor_used(request: HttpRequest) -> bool:
    """In this session: one that began before the person had a second factor has to prove it."""
    return proof.second_factor_used(request, within=proof.WHOLE_SESSION)


def _closed(request: HttpRequest, template: str, membership: Membership, url: str = "") -> HttpResponse:
    if wants_part(request):
        # The open page is one of this organization too, so all of it has to go.
        return HttpResponse(status=403, headers={"HX-Refresh": "true"})
    others = [each.organization for each in request.memberships if each.pk != membership.pk]
    context = {"kept_out": membership, "others": others, "url": url}
    return render(request, template, context, status=403)


def _to_second_factor(request: HttpRequest) -> str:
    """Where the person proves it, and then comes back; "" for who has none yet."""
    if not proof.has_second_factor(request.user):
        return ""
    back = request.get_full_path() if request.method == "GET" else reverse("home")
    return f"{proof.url_to_prove(request.user)}?{urlencode({'next': back})}"
