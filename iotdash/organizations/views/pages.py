"""Home, overview and settings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from iotdash.lib import htmx
from iotdash.lib.cards import CardContent, cards
from iotdash.organizations import queries, services
from iotdash.organizations.authorization import may
from iotdash.organizations.forms import OrganizationForm
from iotdash.organizations.joining import session as joining
from iotdash.organizations.roles import MANAGE_ORGANIZATION, SEE
from iotdash.organizations.scoping import organization_view


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Leads to the last used organization, else the first, else to a page that says there is none."""
    membership = queries.current_membership(request, queries.memberships_of(request.user))
    if membership is None and joining.opened(request):
        return htmx.redirect(request, "join_page")
    if membership is None:
        command = f"manage.py createorganization NAME --admin {request.user.email}"
        context = {"command": command, "closed": queries.closed_memberships_of(request.user)}
        return render(request, "organizations/none.html", context)
    return htmx.redirect(request, "organizations:overview", org=membership.organization.public_id)


@require_safe
@organization_view()
def overview(request: HttpRequest) -> HttpResponse:
    contents = cards(request, request.organization, request.membership)
    context = {"cards": [_card(request, each) for each in contents]}
    return render(request, "organizations/overview.html", context)


def _card(request: HttpRequest, content: CardContent) -> SafeString:
    return render_to_string(content.template, content.context, request)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(SEE, post=MANAGE_ORGANIZATION)
def settings(request: HttpRequest) -> HttpResponse:
    """Everybody reads; administrators change."""
    organization = request.organization
    if request.method != "POST":
        editable = may(request.membership, MANAGE_ORGANIZATION, organization)
        form = _form(request) if editable else None
        return render(request, "organizations/settings.html", {"form": form})
    form = _form(request)
    if not form.is_valid():
        # The frame shows the organization's name, not the refused one.
        organization.refresh_from_db(fields=form.fields)
        return htmx.invalid(request, "organizations/settings.html", {"form": form})
    services.rename(request.source, organization, form.cleaned_data["name"])
    services.change_invitation_hours(request.source, organization, form.cleaned_data["invitation_hours"])
    messages.success(request, "The settings are saved." if form.has_changed() else "Nothing changed.")
    return htmx.redirect(request, "organizations:settings", org=organization.public_id)


def _form(request: HttpRequest) -> OrganizationForm:
    data = request.POST if request.method == "POST" else None
    return OrganizationForm(data, instance=request.organization)
