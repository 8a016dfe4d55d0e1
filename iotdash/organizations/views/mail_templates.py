"""The wording of letters: edited beside a preview of what will arrive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from iotdash.lib import htmx
from iotdash.organizations import wordings
from iotdash.organizations.alerts import composing as alerts
from iotdash.organizations.forms import WordingForm
from iotdash.organizations.invitations import composing as invitations
from iotdash.organizations.invitations.wording import LETTER as INVITATION
from iotdash.organizations.letters import Letter, Wording, render
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import EDIT_MAIL_TEMPLATES
from iotdash.organizations.scoping import organization_view


@dataclass(frozen=True)
class Page:
    """The page of one letter. `letters` is its plural; `name` is the view's, `back` that of the page it is left to."""

    letter: Letter
    letters: str
    name: str
    back: str
    crumbs: str
    goes_to: str
    always: str
    sample: Callable[[Organization, str, str], Mapping[str, str]]


_OF_INVITATIONS = Page(
    INVITATION,
    "invitations",
    "organizations:invitation_wording",
    "organizations:invitations",
    "organizations/invitations/_crumbs.html",
    "It goes to everybody who is invited to {}.",
    "Until when the link works, and what to do with an unexpected message, is always added at the end.",
    invitations.sample_values,
)
_OF_ALERTS = Page(
    alerts.LETTER,
    "alerts",
    "organizations:alert_wording",
    "organizations:alert_rules",
    "organizations/alerts/_crumbs.html",
    "It goes to the members that alert rules of {} name.",
    "Which rule it is, and where to change it, is always added at the end.",
    alerts.sample_values,
)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(EDIT_MAIL_TEMPLATES)
def wording(request: HttpRequest) -> HttpResponse:
    return _wording(request, _OF_INVITATIONS)


@require_POST
@organization_view(EDIT_MAIL_TEMPLATES)
def use_original(request: HttpRequest) -> HttpResponse:
    return _use_original(request, _OF_INVITATIONS)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(EDIT_MAIL_TEMPLATES)
def alert_wording(request: HttpRequest) -> HttpResponse:
    return _wording(request, _OF_ALERTS)


@require_POST
@organization_view(EDIT_MAIL_TEMPLATES)
def use_original_of_alerts(request: HttpRequest) -> HttpResponse:
    return _use_original(request, _OF_ALERTS)


def _wording(request: HttpRequest, page: Page) -> HttpResponse:
    """Saves, or with `action=preview` only shows what the typed text would look like."""
    if request.method != "POST":
        stored = wordings.of(page.letter, request.organization)
        form = WordingForm(initial={"subject": stored.subject, "body": stored.body}, letter=page.letter)
        return _answer(request, page, form, stored)
    form = WordingForm(request.POST, letter=page.letter)
    if not form.is_valid():
        return _answer(request, page, form, None)
    if request.POST.get("action") == "preview":
        return _answer(request, page, form, form.wording)
    saved = wordings.save(page.letter, request.source, request.organization, form.wording)
    words = f"The wording is saved. {page.letters.capitalize()} from now on say this."
    messages.success(request, words if saved else "Nothing changed.")
    return htmx.redirect(request, page.name, org=request.organization.public_id)


def _use_original(request: HttpRequest, page: Page) -> HttpResponse:
    reset = wordings.reset(page.letter, request.source, request.organization)
    words = f"{page.letters.capitalize()} have the original wording again." if reset else "Nothing changed."
    messages.success(request, words)
    return htmx.redirect(request, page.name, org=request.organization.public_id)


def _answer(request: HttpRequest, page: Page, form: WordingForm, shown: Wording | None) -> HttpResponse:
    """`shown` is what the preview shows; None when the typed text is refused."""
    organization, org = request.organization, [request.organization.public_id]
    context: dict[str, Any] = {
        "form": form,
        "letters": page.letters,
        "crumbs": page.crumbs,
        "goes_to": page.goes_to.format(organization.name),
        "always": page.always,
        "url": reverse(page.name, args=org),
        "original_url": reverse(f"{page.name}_original", args=org),
        "back_url": reverse(page.back, args=org),
        "placeholders": page.letter.placeholders,
        "own": wordings.own(page.letter, organization),
        "preview": shown and render(page.letter, shown, _sample(request, page)),
    }
    part = {"preview": "organizations/_wording_preview.html"}
    status = 422 if form.errors else 200
    return htmx.render(request, "organizations/wording.html", context, part=part, status=status)


def _sample(request: HttpRequest, page: Page) -> Mapping[str, str]:
    return page.sample(request.organization, request.user.email, request.user.name)
