"""The wording of invitations: edited beside a preview of what will arrive."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from iotdash.lib import htmx
from iotdash.organizations.invitations import composing, templates
from iotdash.organizations.invitations.forms import WordingForm
from iotdash.organizations.invitations.wording import PLACEHOLDERS, Wording, render
from iotdash.organizations.roles import EDIT_MAIL_TEMPLATES
from iotdash.organizations.scoping import organization_view

FOLDER = "organizations/invitations"


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(EDIT_MAIL_TEMPLATES)
def wording(request: HttpRequest) -> HttpResponse:
    """Saves, or with `action=preview` only shows what the typed text would look like."""
    if request.method != "POST":
        stored = composing.wording_of(request.organization)
        form = WordingForm(initial={"subject": stored.subject, "body": stored.body})
        return _page(request, form, stored)
    form = WordingForm(request.POST)
    if not form.is_valid():
        return _page(request, form, None)
    if request.POST.get("action") == "preview":
        return _page(request, form, form.wording)
    saved = templates.save(request.source, request.organization, form.wording)
    messages.success(
        request, "The wording is saved. Invitations from now on say this." if saved else "Nothing changed."
    )
    return htmx.redirect(request, "organizations:invitation_wording", org=request.organization.public_id)


@require_POST
@organization_view(EDIT_MAIL_TEMPLATES)
def use_original(request: HttpRequest) -> HttpResponse:
    reset = templates.reset(request.source, request.organization)
    messages.success(request, "Invitations have the original wording again." if reset else "Nothing changed.")
    return htmx.redirect(request, "organizations:invitation_wording", org=request.organization.public_id)


def _page(request: HttpRequest, form: WordingForm, shown: Wording | None) -> HttpResponse:
    """`shown` is what the preview shows; None when the typed text is refused."""
    context: dict[str, Any] = {
        "form": form,
        "placeholders": PLACEHOLDERS,
        "own": templates.own(request.organization),
        "preview": shown and render(shown, _sample(request)),
    }
    part = {"preview": f"{FOLDER}/_preview.html"}
    status = 422 if form.errors else 200
    return htmx.render(request, f"{FOLDER}/wording.html", context, part=part, status=status)


def _sample(request: HttpRequest) -> dict[str, str]:
    return composing.sample_values(request.organization, request.user.email, request.user.name)
