"""The Invitations tab: the list, inviting, and what can be done with an invitation."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iotdash.lib import htmx
from iotdash.organizations.authorization import may
from iotdash.organizations.invitations import listing, queries, rules, services
from iotdash.organizations.invitations.errors import InvitationRefused
from iotdash.organizations.invitations.forms import InviteForm
from iotdash.organizations.models import Invitation
from iotdash.organizations.roles import MANAGE_EXTENSIONS, MANAGE_INVITATIONS
from iotdash.organizations.scoping import organization_view
from iotdash.runtime import outbox

FOLDER = "organizations/invitations"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@organization_view(MANAGE_INVITATIONS)
def invitations(request: HttpRequest) -> HttpResponse:
    context = listing.context(request) | mail_context(request)
    part = {"invitations": f"{FOLDER}/_list.html", "invitation-progress": f"{FOLDER}/_progress.html"}
    return htmx.render(request, f"{FOLDER}/list.html", context, part=part)


@form_page
@organization_view(MANAGE_INVITATIONS)
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(posted(request), membership=request.membership)
    if form.is_valid() and (invitation := _invited(request, form)):
        messages.success(request, f"{invitation.email} is invited as {invitation.get_role_display()}.")
        return to_list(request)
    context = {"form": form, **mail_context(request)}
    return htmx.render(request, f"{FOLDER}/invite.html", context, status=422 if form.errors else 200)


def _invited(request: HttpRequest, form: InviteForm) -> Invitation | None:
    """None if it was refused: the form says why."""
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    ends = form.member_expires_at
    try:
        return services.invite(request.source, request.membership, email, role, member_expires_at=ends)
    except InvitationRefused as refusal:
        form.add_error(None, str(refusal))
        return None


@require_POST
@organization_view(MANAGE_INVITATIONS)
def resend(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = _invitation_or_404(request, invitation_id)
    try:
        services.resend(request.source, request.membership, invitation)
    except InvitationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{invitation.email} is sent a new link; the old one no longer works.")
    return to_list(request)


@form_page
@organization_view(MANAGE_INVITATIONS)
def revoke(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = _invitation_or_404(request, invitation_id)
    return _confirmed(
        request, invitation, "revoke", services.revoke, f"The invitation of {invitation.email} is revoked."
    )


@form_page
@organization_view(MANAGE_INVITATIONS)
def delete(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = _invitation_or_404(request, invitation_id)
    return _confirmed(
        request, invitation, "delete", services.delete, f"The invitation of {invitation.email} is deleted."
    )


@never_cache
@form_page
@organization_view(MANAGE_INVITATIONS)
def copy_link(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Explains on GET; a POST shows the link, this once."""
    invitation = _invitation_or_404(request, invitation_id)
    rules.require_reach(request.membership, invitation.role)
    context: dict[str, Any] = {"invitation": invitation}
    if request.method == "POST":
        try:
            context["link"] = services.copy_link(request.source, request.membership, invitation)
        except InvitationRefused as refusal:
            return htmx.invalid(request, f"{FOLDER}/copy_link.html", context | {"refusal": str(refusal)})
    return htmx.render(request, f"{FOLDER}/copy_link.html", context)


def _confirmed(
    request: HttpRequest, invitation: Invitation, name: str, change: Callable[..., None], words: str
) -> HttpResponse:
    """A change that only asks whether it is meant."""
    rules.require_reach(request.membership, invitation.role)
    template, context = f"{FOLDER}/{name}.html", {"invitation": invitation}
    if request.method != "POST":
        return htmx.render(request, template, context)
    try:
        change(request.source, request.membership, invitation)
    except InvitationRefused as refusal:
        return htmx.invalid(request, template, context | {"refusal": str(refusal)})
    messages.success(request, words)
    return to_list(request)


def _invitation_or_404(request: HttpRequest, invitation_id: UUID) -> Invitation:
    found = queries.find(request.organization, invitation_id)
    if found is None:
        raise Http404("This organization has no such invitation.")
    return found


def mail_context(request: HttpRequest) -> dict[str, Any]:
    """`mail_service`: whether mail can be sent; `may_mend`: whether this member can do something about it."""
    organization = request.organization
    return {
        "mail_service": outbox.availability(organization.public_id),
        "may_mend": may(request.membership, MANAGE_EXTENSIONS, organization),
    }


def posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def to_list(request: HttpRequest) -> HttpResponse:
    """Back to the list, as it was filtered."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return htmx.redirect(request, reverse("organizations:invitations", args=[request.organization.public_id]) + query)
